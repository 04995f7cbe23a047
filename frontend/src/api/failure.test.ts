import { expect, test } from 'vitest';
import { Failure, toFailure } from './failure';

test.each([
  ['an Error keeps its message', new Error('no such board'), 'no such board'],
  ['a bare string is the message', 'no such board', 'no such board'],
  ['anything else is admitted', { odd: true }, 'The program did not say why.'],
  ['an empty string is admitted', '', 'The program did not say why.'],
])('%s', (_, thrown, message) => {
  const failure = toFailure(thrown);
  expect(failure).toBeInstanceOf(Failure);
  expect(failure.message).toBe(message);
});

test('a failure passes through unchanged', () => {
  const failure = new Failure('once');
  expect(toFailure(failure)).toBe(failure);
});
