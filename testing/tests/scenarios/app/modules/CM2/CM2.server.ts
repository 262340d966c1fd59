export function whoami(): string {
  return session.server;
}
