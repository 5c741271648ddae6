import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import ts from 'typescript';
import { LOADTEST } from '../tools/k6.js';

const { SyntaxKind } = ts;

/** Of later editions, and not sure to be known to k6's interpreter, which these tests cannot ask. */
const TOO_NEW = [SyntaxKind.QuestionQuestionEqualsToken, SyntaxKind.BarBarEqualsToken, SyntaxKind.AmpersandAmpersandEqualsToken, SyntaxKind.PrivateIdentifier, SyntaxKind.BigIntLiteral];

const FILES = [...readdirSync(join(LOADTEST, 'lib'), { recursive: true }).map((name) => `lib/${name}`), 'smf.js', 'frame.js'].filter((name) => name.endsWith('.js'));

test('what k6 runs is written in no later JavaScript than that of 2020', () => {
  assert.ok(FILES.length > 20);
  for (const name of FILES) {
    for (const { kind, text } of tokens(readFileSync(join(LOADTEST, name), 'utf8'))) {
      const hasSeparator = kind === SyntaxKind.NumericLiteral && text.includes('_');
      assert.ok(!TOO_NEW.includes(kind) && !hasSeparator, `${name}: ${text}`);
    }
  }
});

/** All that is in a file, but for names, at any depth. @param {string} source */
function tokens(source) {
  const file = ts.createSourceFile('file.js', source, ts.ScriptTarget.Latest, true);
  /** @type {{ kind: ts.SyntaxKind, text: string }[]} */
  const found = [];
  /** @param {ts.Node} node */
  const visit = (node) => {
    found.push({ kind: node.kind, text: node.getText(file) });
    node.getChildren(file).forEach(visit);
  };
  visit(file);
  return found;
}
