/** What tests inside the extension host use of mocha's globals. */
declare function test(title: string, run: () => Promise<void> | void): void;
