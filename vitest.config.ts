import { defineConfig } from 'vitest/config';

const source = '@tlsmith/source';

export default defineConfig({
  resolve: { conditions: [source] },
  ssr: { resolve: { conditions: [source] } },
  test: {
    include: ['{packages,apps,tools}/*/src/**/*.test.ts'],
    coverage: {
      provider: 'v8',
      include: ['packages/*/src/**'],
      exclude: ['**/*.test.ts', '**/*.test-support.ts', '**/*.gen.ts'],
    },
  },
});
