/** Asks the head office for a price from the stand-alone server; on the main server it is at hand. */
export function askHeadOffice(goods: any): any {
//#if MobileApplicationServer
  return MainServer.Prices.current(goods);
//#else
  return Prices.current(goods);
//#endif
}

export function whoami(): string {
  return session.server;
}
