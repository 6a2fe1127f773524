/** Closes a test run with one plain line, `N passed, N failed, N skipped`, and says why each skipped test was. */
import type { Reporter, TestCase, TestModule } from "vitest/node";

export default class PlainReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    let passed = 0;
    let failed = 0;
    let skipped = 0;
    for (const module of modules) {
      let seen = 0;
      for (const test of module.children.allTests()) {
        seen++;
        const { state } = test.result();
        if (state === "passed") passed++;
        else if (state === "failed") failed++;
        else {
          skipped++;
          process.stdout.write(`skipped: ${test.fullName}${reason(test)}\n`);
        }
      }
      // A file that could not be loaded has no tests to count.
      if (seen === 0 && module.errors().length > 0) failed++;
    }
    process.stdout.write(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}\n`);
  }
}

function reason(test: TestCase): string {
  const result = test.result();
  return result.state === "skipped" && result.note ? `: ${result.note}` : "";
}
