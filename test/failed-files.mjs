/** A reporter of Node's test runner that writes the file of each test that failed, one a line, and a last line where the run came to its end. */
export default async function* failedFiles(events) {
  for await (const { type, data } of events) if (type === "test:fail") yield `${data.file}\n`;
  yield "end\n";
}
