/** ES modules of one VU: every VU has all modules of its own, as it has its own runtime. */

import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import vm from 'node:vm';

/** @typedef {Record<string, unknown>} Exports */

export class ModuleLoader {
  /** @type {Map<string, vm.Module>} */
  #modules = new Map();

  /**
   * @param {vm.Context} context
   * @param {Record<string, Exports>} provided what k6 itself has, by the names that scripts import it by
   */
  constructor(context, provided) {
    this.context = context;
    this.provided = provided;
  }

  /** Runs a script with all that it imports, and returns what it exports. @param {string} path @returns {Promise<any>} */
  async load(path) {
    const script = this.#file(resolve(path));
    await script.link((specifier, importer) => this.#find(specifier, importer.identifier));
    await script.evaluate();
    return script.namespace;
  }

  /** @param {string} specifier @param {string} importer */
  #find(specifier, importer) {
    if (specifier in this.provided) {
      return this.#given(specifier);
    }
    if (!specifier.startsWith('.')) {
      throw new Error(`${importer} imports "${specifier}", which this host does not have; it has ${Object.keys(this.provided).join(', ')}`);
    }
    return this.#file(resolve(dirname(importer), specifier));
  }

  /** @param {string} path */
  #file(path) {
    return this.#once(path, () => new vm.SourceTextModule(readFileSync(path, 'utf8'), { identifier: path, context: this.context }));
  }

  /** @param {string} name */
  #given(name) {
    const exports = this.provided[name];
    return this.#once(name, () => new vm.SyntheticModule(Object.keys(exports), function () {
      for (const [key, value] of Object.entries(exports)) {
        this.setExport(key, value);
      }
    }, { identifier: name, context: this.context }));
  }

  /** @param {string} key @param {() => vm.Module} make */
  #once(key, make) {
    const module = this.#modules.get(key) ?? make();
    this.#modules.set(key, module);
    return module;
  }
}
