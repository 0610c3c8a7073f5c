/**
 * A text that may stand in a prompt as it is: a section of our own, or foreign text that is already fenced. Everything
 * else that a template prints is escaped.
 */
export class SafeText {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  toString(): string {
    return this.text;
  }
}
