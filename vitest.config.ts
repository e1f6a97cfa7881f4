import { defineConfig } from 'vitest/config';

const source = '@tlsmith/source';

// Races over real processes and servers, and suites that another file samples: minutes in all. `.ci/run` runs them every
// time; `npm test` stays under three minutes without them, and says so.
const long = [
  'packages/session-cache/src/shared-memory.test.ts',
  'packages/session-cache/src/node/{cluster-store,redis-real,ticket-keys-ring}.test.ts',
  'tools/bad-input/src/watch.test.ts',
  'tools/differential/src/*.test.ts',
  'tools/session-{demo,load}/src/*.test.ts',
];
const whole = process.env['TLSMITH_WHOLE'] === '1';
if (!whole) console.log(`left out for their length (TLSMITH_WHOLE=1 runs them): ${long.join(', ')}`);

// Loading the packages anew for each of some two hundred files takes longer than the tests: files share what a worker has
// loaded, but for those that put something else in a module's or a global's place.
const replacing = [
  'packages/crypto/src/node/{hmac,random}.test.ts',
  'packages/crypto/src/webcrypto/webcrypto.test.ts',
  'packages/types/src/errors.test.ts',
];

export default defineConfig({
  resolve: { conditions: [source] },
  ssr: { resolve: { conditions: [source] } },
  test: {
    // Ends what hangs. It is no statement about speed: tests that start programs take seconds on a busy machine.
    testTimeout: 30_000,
    hookTimeout: 30_000,
    coverage: {
      provider: 'v8',
      include: ['packages/*/src/**'],
      exclude: ['**/*.test.ts', '**/*.test-support.ts', '**/*.gen.ts'],
    },
    projects: [
      {
        extends: true,
        test: {
          name: 'shared',
          include: ['{packages,apps,examples,tools}/*/src/**/*.test.ts'],
          exclude: ['**/node_modules/**', ...replacing, ...(whole ? [] : long)],
          isolate: false,
        },
      },
      { extends: true, test: { name: 'isolated', include: replacing } },
    ],
  },
});
