// The hook exports nothing, and a door without declarations would be one without types.
// oxlint-disable-next-line unicorn/require-module-specifiers -- so is a module without exports written
export {}
