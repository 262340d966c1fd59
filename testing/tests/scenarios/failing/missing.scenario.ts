import { scenario } from "@twinshore/testing";
import { nothing } from "./nowhere";

scenario("never played either", async () => nothing());
