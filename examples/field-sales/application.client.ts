export function onStart(): void {
  log(`started, main server available: ${mainServerAvailable()}`);
}

export function ifMainServerAvailabilityChanged(event: any): void {
  log(event.available ? "the main server is back" : "the main server is lost");
}
