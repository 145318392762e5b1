/** Why no message can be made of a row; the message does not name the line, which the caller knows. */
export class RowProblem extends Error {
  override readonly name: string = "RowProblem";
}
