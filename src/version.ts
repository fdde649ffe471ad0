/** The package's version, which the addon's must equal. In the code and not read from package.json, so that a bundle has it. */
export const VERSION = '0.1.0';
