using System.CommandLine;

namespace Carillon.Server.Commands;

/// <summary><c>carillon completion</c>: a script with which a shell completes commands and options by asking the program.</summary>
internal static class CompletionCommand
{
    // The program is given the line without its own name, and where in it the cursor stands.
    private const string Bash = """
        _carillon() {
          local line="${COMP_LINE#* }"
          local at=$((COMP_POINT - ${#COMP_LINE} + ${#line}))
          local IFS=$'\n'
          COMPREPLY=($(compgen -W "$(carillon "[suggest:$at]" "$line" 2>/dev/null)" -- "${COMP_WORDS[COMP_CWORD]}"))
        }
        complete -o default -F _carillon carillon
        """;

    private const string Zsh = """
        #compdef carillon
        _carillon() {
          local line="${BUFFER#* }"
          local at=$((CURSOR - ${#BUFFER} + ${#line}))
          local -a words_found
          words_found=("${(@f)$(carillon "[suggest:$at]" "$line" 2>/dev/null)}")
          compadd -a words_found
          [[ ${#words_found} -gt 1 || -n ${words_found[1]} ]] || _files
        }
        compdef _carillon carillon
        """;

    private const string Fish = """
        function __carillon_complete
          set -l line (commandline -cp | string replace -r '^\S+\s?' '')
          carillon "[suggest:"(string length -- "$line")"]" "$line" 2>/dev/null
        end
        complete -c carillon -a '(__carillon_complete)'
        """;

    private static readonly Argument<string> Shell = new Argument<string>("shell") { Description = "bash, zsh or fish." };

    public static Command Make(Terminal terminal)
    {
        Shell.CompletionSources.Clear();
        Shell.CompletionSources.Add("bash", "zsh", "fish");
        return CommandRunner.Local(terminal, "completion", "A script that makes a shell complete commands and options: eval \"$(carillon completion bash)\".", [Shell], async (arguments, _) =>
        {
            await terminal.Output.WriteLineAsync(arguments.GetRequiredValue(Shell) switch
            {
                "bash" => Bash,
                "zsh" => Zsh,
                "fish" => Fish,
                var other => throw new UsageException($"There is no completion for {other}; there is one for bash, zsh and fish."),
            });
            return ExitCode.Done;
        });
    }
}
