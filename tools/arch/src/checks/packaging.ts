import type { Violation } from '../source.ts';
import type { ExportTarget, Manifest, Workspace } from '../workspace.ts';

/** Rule 12: what a package holds beside its code, so that it works once installed and says what it is. */
export function checkPackaging(workspace: Workspace): Violation[] {
  return [...workspace.manifests]
    .filter(([folder]) => folder.startsWith('packages/'))
    .flatMap(([folder, manifest]) =>
      [
        ...missingFiles(folder, workspace),
        ...wrongFields(folder, manifest),
        ...wrongExports(folder, manifest, workspace),
      ].map((message) => ({ path: `${folder}/package.json`, line: 1, rule: 12, message })),
    );
}

function missingFiles(folder: string, { paths }: Workspace): string[] {
  return ['README.md', 'LICENSE']
    .filter((name) => !paths.has(`${folder}/${name}`))
    .map((name) => `no ${name}`);
}

function wrongFields(folder: string, { name, json }: Manifest): string[] {
  const own = folder.slice('packages/'.length);
  const files = json.files ?? [];
  const published = json.private === true || json.publishConfig?.access === 'public';
  return [
    ...(name === (own === 'tlsmith' ? own : `@tlsmith/${own}`)
      ? []
      : [`${name} is not named after its folder`]),
    ...(json.type === 'module' ? [] : ['"type" is not "module"']),
    ...(json.sideEffects === false ? [] : ['"sideEffects" is not false']),
    ...(json.license === 'MIT' ? [] : ['"license" is not "MIT"']),
    ...(json.engines?.node === undefined ? ['"engines" names no Node'] : []),
    ...(json.repository?.directory === folder ? [] : [`"repository.directory" is not "${folder}"`]),
    // Nobody can install a scoped package that npm takes for a private one.
    ...(published ? [] : ['"publishConfig.access" is not "public"']),
    ...['dist', 'src', '!src/**/*.test.ts']
      .filter((one) => !files.includes(one))
      .map((one) => `"files" lacks ${one}`),
  ];
}

function wrongExports(folder: string, { json }: Manifest, { paths }: Workspace): string[] {
  const exports = Object.entries(json.exports ?? {});
  const wrong = exports.filter(([subpath, target]) => !isSound(subpath, target));
  const sources = exports.map(([subpath]) => sourceOf(subpath)).filter((source) => source !== undefined);
  return [
    ...['.', './package.json']
      .filter((subpath) => json.exports?.[subpath] === undefined)
      .map((subpath) => `"exports" lacks ${subpath}`),
    ...wrong.map(
      ([subpath]) => `the export ${subpath} does not lead to ${sourceOf(subpath) ?? subpath} and its output`,
    ),
    ...sources
      .filter((source) => !paths.has(`${folder}/${source}`))
      .map((source) => `${source} is exported and does not exist`),
  ];
}

// Conditions are tried in order: source before output, types before code.
function isSound(subpath: string, target: ExportTarget): boolean {
  const source = sourceOf(subpath);
  if (source === undefined) return target === subpath;
  const output = source.replace(/^src\/(.+)\.ts$/, './dist/$1');
  const sound = { '@tlsmith/source': `./${source}`, types: `${output}.d.ts`, default: `${output}.js` };
  return JSON.stringify(target) === JSON.stringify(sound);
}

// './node' -> 'src/node/index.ts'; undefined for what is no code.
function sourceOf(subpath: string): string | undefined {
  if (subpath === './package.json') return undefined;
  return subpath === '.' ? 'src/index.ts' : `src/${subpath.slice(2)}/index.ts`;
}
