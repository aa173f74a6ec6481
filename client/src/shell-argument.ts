/** Writes a path for a command line, so that no shell takes a part of it for anything else. Knows no `vscode`, so that it is tested by itself. */

/** @param shell the shell's executable, by which its rules are known. */
export function shellArgument(path: string, shell: string): string {
  // A path is never an option.
  const argument = path.startsWith("-") ? `./${path}` : path;
  if (/^[\w./@-]+$/.test(argument)) return argument;
  const name = /[^\\/]*$/.exec(shell.toLowerCase())![0].replace(/\.exe$/, "");
  if (name === "cmd") return `"${argument}"`;
  if (name === "powershell" || name === "pwsh") return `'${argument.replaceAll("'", "''")}'`;
  return `'${argument.replaceAll("'", "'\\''")}'`;
}
