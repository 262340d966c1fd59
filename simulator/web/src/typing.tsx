// Text being typed: what the person sees is what was typed last, until the client has seen that very text.

import { useState } from "preact/hooks";
import type { Phone } from "./phone";

/** The text to show and a function that takes what is typed and sends it under a growing version. */
export function useTyping(phone: Phone, shown: string, seen: number, send: (text: string, version: number) => void): [string, (text: string) => void] {
  const [own, setOwn] = useState({ text: shown, version: 0 });
  const type = (text: string) => {
    const version = phone.nextInputVersion();
    setOwn({ text, version });
    send(text, version);
  };
  return [own.version > seen ? own.text : shown, type];
}
