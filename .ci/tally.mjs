// Prints `passed failed` for a report: node tally.mjs <tests|interop> <report.json> <exit status of the run>.
import { readFileSync } from 'node:fs';

const [kind, file, status] = process.argv.slice(2);
const { passed, failed } = count();
// A run that ends badly without a failing check to show for it counts as one.
console.log(`${passed} ${failed === 0 && status !== '0' ? 1 : failed}`);

function count() {
  try {
    const report = JSON.parse(readFileSync(file, 'utf8'));
    return kind === 'tests' ? countTests(report) : countCells(report);
  } catch (error) {
    console.error(`no report of ${kind}: ${error.message}`);
    return { passed: 0, failed: 1 };
  }
}

// A file that breaks before its first test has no test that could fail.
function countTests({ numPassedTests, numFailedTests, testResults }) {
  const broken = testResults.filter(({ status, assertionResults }) => {
    return status === 'failed' && !assertionResults.some((one) => one.status === 'failed');
  });
  return { passed: numPassedTests, failed: numFailedTests + broken.length };
}

// { cells: [{ peer, name, result: 'pass' | 'fail' | 'left out', reason? }] }. The peers that Debian has must
// not be left out; others may be missing on a machine.
function countCells({ cells }) {
  const required = /^(openssl|curl|nginx|node)/i;
  const passed = cells.filter(({ result }) => result === 'pass');
  const missing = cells.filter(
    ({ result, peer }) => result !== 'pass' && result !== 'fail' && !required.test(peer),
  );
  for (const { peer, name, reason } of missing)
    console.error(`left out: ${peer} ${name} (${reason ?? 'no reason given'})`);
  if (passed.length === 0) console.error('the interoperability run has no passing cell');
  const failed = cells.length - passed.length - missing.length;
  return { passed: passed.length, failed: passed.length === 0 ? Math.max(1, failed) : failed };
}
