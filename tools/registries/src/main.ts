import { copyFileSync, existsSync, writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { generate } from './generate.ts';
import { dataFolder, generatedFile, sources } from './sources.ts';

const { values } = parseArgs({ options: { from: { type: 'string' } } });
if (values.from !== undefined) refresh(pathToFileURL(`${values.from}/`));
writeFileSync(generatedFile, generate());
console.log(`wrote ${sources.length} registries`);

function refresh(folder: URL): void {
  for (const { file } of sources) {
    const fresh = new URL(file, folder);
    if (!existsSync(fresh)) continue;
    copyFileSync(fresh, new URL(file, dataFolder));
    console.log(`took ${file}`);
  }
}
