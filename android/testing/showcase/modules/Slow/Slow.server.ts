export function answer(): string {
  return "the main server answered";
}
