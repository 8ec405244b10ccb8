/** What each shell has to be told; it asks `completion <shell> -- <words>` then for every Tab. */
export const SCRIPTS = {
  bash: `# Completes manage.ts and nuages in bash.
_nuages() {
  local IFS=$'\\n'
  COMPREPLY=($("\${COMP_WORDS[0]}" completion bash -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null))
}
complete -o default -F _nuages manage.ts nuages
`,
  zsh: `#compdef manage.ts nuages
# Completes manage.ts and nuages in zsh.
_nuages() {
  local -a candidates
  candidates=(\${(f)"$("\${(Q)words[1]}" completion zsh -- "\${(@Q)words[2,CURRENT]}" 2>/dev/null)"})
  if (( \${#candidates} )); then compadd -- $candidates; else _files; fi
}
compdef _nuages manage.ts nuages
`,
  fish: `# Completes manage.ts and nuages in fish.
function __nuages_complete
  set -l words (commandline -opc)
  set -l current (commandline -ct)
  set -l candidates ($words[1] completion fish -- $words[2..-1] "$current" 2>/dev/null)
  if set -q candidates[1]
    printf '%s\\n' $candidates
  else
    __fish_complete_path "$current"
  end
end
complete -c manage.ts -f -a '(__nuages_complete)'
complete -c nuages -f -a '(__nuages_complete)'
`,
} as const

export type Shell = keyof typeof SCRIPTS
