/** Where the page of a rule can be read. */
export function ruleUrl(rule: string): string {
  return `https://github.com/instar-dev/instar/blob/main/docs/rules/${rule}.md`;
}
