import { render } from "preact";
import { Desk } from "./desk";
import "./style.css";

const root = document.getElementById("app");
if (root) render(<Desk />, root);
