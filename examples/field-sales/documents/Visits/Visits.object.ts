export function filling(visit: any): void {
  visit.Employee = session.user;
}
