// Prints `passed failed` for a report: node tally.mjs <tests|interop|series> <report.json> <exit status of the run>.
import { readFileSync } from 'node:fs';

const peers = [
  'openssl s_client',
  'openssl s_server',
  'curl',
  'nginx',
  'node',
  'go',
  'gnutls-cli',
  'gnutls-serv',
  'nss tstclnt',
  'nss selfserv',
  'haproxy',
  'stunnel',
  'chromium',
  'node 22',
  'node 24',
  'node 26',
];
const [kind, file, status] = process.argv.slice(2);
const { passed, failed } = count();
// A run that ends badly without a failing check to show for it counts as one.
console.log(`${passed} ${failed === 0 && status !== '0' ? 1 : failed}`);

function count() {
  try {
    const report = JSON.parse(readFileSync(file, 'utf8'));
    if (kind === 'tests') return countTests(report);
    return kind === 'series' ? countSeries(report) : countCells(report);
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

// [{ peer, role, version, case, result: 'pass' | 'fail' | 'left-out', reason? }]. All peers can be had here, so that
// none may be left out.
function countCells(cells) {
  const passed = cells.filter(({ result }) => result === 'pass').length;
  for (const { result, peer, case: name, reason } of cells) {
    if (result === 'left-out') console.error(`left out: ${peer} ${name} (${reason})`);
  }
  const missing = [...peers].filter((name) => !cells.some(({ peer }) => peer === name));
  for (const name of missing) console.error(`no cell of ${name}`);
  return { passed, failed: cells.length - passed + missing.length };
}

// [{ role, version, group, authentication, done, failures, result: 'pass' | 'fail' }]: each series counts as one check.
function countSeries(series) {
  const passed = series.filter(({ result }) => result === 'pass').length;
  return { passed, failed: Math.max(24, series.length) - passed };
}
