/** One jest run, four projects: what they need differs, so each can be run alone (`npx jest --selectProjects unit`). */
const shared = {
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '\\.ts$': [
      '@swc/jest',
      { jsc: { parser: { syntax: 'typescript' }, target: 'es2022' }, module: { type: 'es6' }, sourceMaps: 'inline' },
    ],
  },
  testEnvironment: 'node',
}

const project = name => ({
  ...shared,
  displayName: name,
  testMatch: [`<rootDir>/test/${name}/**/*.test.ts`],
})

export default {
  projects: ['unit', 'contract', 'integration', 'e2e'].map(project),
  testTimeout: 60_000,
}
