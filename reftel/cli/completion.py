"""``reftel completion SHELL``."""

from __future__ import annotations

import click

# What a candidate holds is data: nothing of an answer is expanded, split or evaluated in these scripts. `reftel.cli.completing` answers.

_BASH = r"""# reftel's completion for bash
# To install: reftel completion bash > ~/.local/share/bash-completion/completions/reftel

_reftel_completion() {
    local answer line
    COMPREPLY=()
    answer=$(
        command env _REFTEL_COMPLETE=bash_complete COMP_WORDS="${COMP_LINE:0:COMP_POINT}" COMP_REST="${COMP_LINE:COMP_POINT}" \
            COMP_WORD="$2" reftel </dev/null
    ) 2>/dev/null
    while IFS= read -r line; do
        case $line in
            plain,*) COMPREPLY+=("${line#*,}") ;;
            partial,*) COMPREPLY+=("${line#*,}"); compopt -o nospace ;;
            file,*) compopt -o default ;;
            dir,*) compopt -o dirnames ;;
        esac
    done <<<"$answer"
}

# An older bash cannot keep the order.
complete -o nosort -F _reftel_completion reftel 2>/dev/null || complete -F _reftel_completion reftel
"""

_ZSH = r"""#compdef reftel
# To install: reftel completion zsh > "${fpath[1]}/_reftel"   (a folder of your fpath; then start a new shell)

_reftel() {
    local -a answer plain partial plain_shown partial_shown
    local kind text help
    answer=("${(@f)$(
        command env _REFTEL_COMPLETE=zsh_complete COMP_WORDS="${(j: :)words[1,CURRENT]}" COMP_REST=" ${(j: :)words[CURRENT+1,-1]}" \
            reftel </dev/null 2>/dev/null
    )}")
    for kind text help in "${answer[@]}"; do
        [[ $help == _ ]] && help=$text || help="$text  -- $help"
        case $kind in
            plain) plain+=("$text"); plain_shown+=("$help") ;;
            partial) partial+=("$text"); partial_shown+=("$help") ;;
            list) [[ $compstate[insert] == *unambiguous* ]] && compstate[insert]= compstate[list]='list force' ;;
            file|dir)
                [[ $PREFIX == --*=* ]] && compset -P 1 '*='
                if [[ $kind == dir ]]; then _files -/; else _files; fi
                return ;;
        esac
    done
    # Without -Q zsh quotes the candidates itself, as the quotes at the cursor need it.
    (( $#plain )) && compadd -U -V plain -d plain_shown -a plain
    (( $#partial )) && compadd -U -S '' -V partial -d partial_shown -a partial
}

if [[ $funcstack[1] == _reftel ]]; then  # loaded from fpath, for the first TAB
    _reftel "$@"
else
    compdef _reftel reftel
fi
"""

_FISH = r"""# reftel's completion for fish
# To install: reftel completion fish > ~/.config/fish/completions/reftel.fish

function _reftel_completion_ask
    set -lx _REFTEL_COMPLETE fish_complete
    set -lx COMP_WORDS (commandline -cp)
    set -g _reftel_completion_answer (command reftel </dev/null 2>/dev/null)
    # Files and folders fish finds itself.
    not contains -- "$_reftel_completion_answer" file, dir,
end

function _reftel_completion_print
    for line in $_reftel_completion_answer
        string replace -r '^[a-z]+,' '' -- $line
    end
end

complete --command reftel --no-files --keep-order --condition _reftel_completion_ask --arguments '(_reftel_completion_print)'
"""

SCRIPTS = {"bash": _BASH, "zsh": _ZSH, "fish": _FISH}


@click.command("completion")
@click.argument("shell", type=click.Choice(tuple(SCRIPTS)))
def command(shell: str) -> int:
    """Print the script that completes commands, options, ids, field names and values (`from:ba<TAB>`) in a shell.

    Its head says how to install it. Values come from the archive that the command would ask.
    """
    click.echo(SCRIPTS[shell], nl=False)
    return 0
