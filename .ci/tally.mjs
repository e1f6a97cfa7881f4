// Prints `passed failed` for a report: node tally.mjs <tests|interop> <report.json> <exit status of the run>.
import { readFileSync } from 'node:fs';

const peers = ['openssl s_client', 'openssl s_server', 'curl', 'nginx', 'node'];
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

// [{ peer, role, version, case, result: 'pass' | 'fail' | 'left-out', reason? }]. The peers that Debian has must not be
// left out; others may be missing on a machine.
function countCells(cells) {
  const required = /^(openssl|curl|nginx|node)/;
  const passed = cells.filter(({ result }) => result === 'pass').length;
  const excused = cells.filter(({ result, peer }) => result === 'left-out' && !required.test(peer));
  for (const cell of excused) console.error(`left out: ${cell.peer} ${cell.case} (${cell.reason})`);
  const missing = [...peers].filter((name) => !cells.some(({ peer }) => peer === name));
  for (const name of missing) console.error(`no cell of ${name}`);
  return { passed, failed: cells.length - passed - excused.length + missing.length };
}
