/** That the dashboard's page may load the extension's own files and nothing else. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { dashboardPage } from "./dashboard-page.ts";

const page = dashboardPage(
  { cspSource: "https://own.example", script: "https://own.example/a.js", style: "https://own.example/a.css" },
  "en",
);

test("the content security policy allows the extension's own scripts and styles alone", () => {
  const policy = /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(page)?.[1]?.split("; ");
  assert.deepEqual(policy, [
    "default-src 'none'",
    "script-src https://own.example",
    "style-src https://own.example",
    "base-uri 'none'",
    "form-action 'none'",
  ]);
});

test("nothing is inline", () => {
  assert.doesNotMatch(page, /<script>|<style|style=|onclick|javascript:/);
});
