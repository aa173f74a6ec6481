/** A path on a command line is the same path in the program that is started, whatever is in it. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";
import { shellArgument } from "./shell-argument.ts";

const odd = [
  "src/my app.ts",
  "src/$HOME.ts",
  "src/$(echo no).ts",
  "src/`echo no`.ts",
  "src/it's.ts",
  'src/"a".ts',
  "src/a&b;c|d.ts",
  "src/!x*?.ts",
];

test("a plain path stays as it is, and one that looks like an option becomes none", () => {
  assert.equal(shellArgument("src/app.ts", "/bin/bash"), "src/app.ts");
  assert.equal(shellArgument("-app.ts", "/bin/bash"), "./-app.ts");
});

test("a POSIX shell hands over what it was given", { skip: process.platform === "win32" }, () => {
  for (const path of odd) {
    assert.equal(execFileSync("/bin/sh", ["-c", `printf %s ${shellArgument(path, "/bin/sh")}`], { encoding: "utf8" }), path);
  }
});

test("the shells of Windows have rules of their own", () => {
  assert.equal(shellArgument("src/$id it's.ts", "C:\\Program Files\\PowerShell\\7\\pwsh.exe"), "'src/$id it''s.ts'");
  assert.equal(shellArgument("src/my app.ts", "C:\\WINDOWS\\System32\\cmd.exe"), '"src/my app.ts"');
});
