// What a bound method throws has differed between Wails releases (a bare string,
// an Error), and outside the program's window the methods do not exist at all.
export class Failure extends Error {
  override readonly name = 'Failure';
}

export function toFailure(thrown: unknown): Failure {
  if (thrown instanceof Failure) return thrown;
  if (thrown instanceof Error) return new Failure(thrown.message, { cause: thrown });
  if (typeof thrown === 'string' && thrown !== '') return new Failure(thrown);
  return new Failure('The program did not say why.', { cause: thrown });
}
