/** The page of the dashboard. All that it loads is the extension's own, all that it may do is draw what it is told. Knows no `vscode`. */

/** What `vscode.Webview` says of itself. */
interface Sources {
  readonly cspSource: string;
  readonly script: string;
  readonly style: string;
}

export function dashboardPage({ cspSource, script, style }: Sources, language: string): string {
  const policy = [`default-src 'none'`, `script-src ${cspSource}`, `style-src ${cspSource}`, `base-uri 'none'`, `form-action 'none'`].join(
    "; ",
  );
  return `<!DOCTYPE html>
<html lang="${language}">
  <head>
    <meta charset="utf-8" />
    <meta http-equiv="Content-Security-Policy" content="${policy}" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <link rel="stylesheet" href="${style}" />
    <title>Instar</title>
  </head>
  <body>
    <main id="dashboard"></main>
    <script src="${script}"></script>
  </body>
</html>
`;
}
