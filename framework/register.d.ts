// The hook exports nothing, and a door without declarations would be one without types.
export {}
