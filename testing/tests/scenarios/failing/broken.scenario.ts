import { scenario } from "@twinshore/testing";

scenario("never played", async ({ phone }) => {
  const ann = await phone("ann";
});
