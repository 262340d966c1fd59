// One phone as the page knows it: the state its process sends, and the socket that brings it, which mends itself.

import { signal, type Signal } from "@preact/signals";
import { applyPatch } from "./patches";
import type { DeviceWish, FailedStart, Form, FormEvent, Interface, LogEntry, PhoneCommand, PhoneMessage } from "./views";

const LOG_LENGTH = 200;
const RECONNECT_MS = 500;

export class Phone {
  readonly interface: Signal<Interface | undefined> = signal(undefined);
  readonly forms: Signal<ReadonlyMap<number, Form>> = signal(new Map());
  readonly log: Signal<readonly LogEntry[]> = signal([]);
  readonly device: Signal<readonly { id: number; wish: DeviceWish }[]> = signal([]);
  /** Why the app could not start; none while it runs. */
  readonly failed: Signal<FailedStart | undefined> = signal(undefined);
  readonly connected = signal(false);
  readonly running = signal(true);
  private socket: WebSocket | undefined;
  private inputVersion = Date.now();

  constructor(readonly name: string) {
    this.connect();
  }

  /** Grows with each text typed, also over reloads of the page, so that a late answer never overwrites what is being typed. */
  nextInputVersion(): number {
    return ++this.inputVersion;
  }

  send(command: PhoneCommand): void {
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(command));
  }

  dispatch(form: number, event: FormEvent): void {
    this.send({ do: "dispatch", form, event });
  }

  private connect(): void {
    const url = new URL(`/phones/${encodeURIComponent(this.name)}/socket`, location.href);
    url.protocol = url.protocol.replace("http", "ws");
    const socket = new WebSocket(url);
    this.socket = socket;
    socket.onopen = () => {
      this.connected.value = true;
      this.send({ do: "hello" });
    };
    socket.onmessage = (message) => this.receive(JSON.parse(message.data as string) as PhoneMessage);
    socket.onclose = () => {
      this.connected.value = false;
      setTimeout(() => this.connect(), RECONNECT_MS);
    };
  }

  private receive(message: PhoneMessage): void {
    switch (message.is) {
      case "interface":
        this.failed.value = undefined;
        this.interface.value = message.view;
        return;
      case "failed":
        this.failed.value = message;
        return;
      case "logged":
        if (!this.log.value.some((entry) => entry.id === message.entry.id && entry.time === message.entry.time))
          this.log.value = [...this.log.value, message.entry].slice(-LOG_LENGTH);
        return;
      case "form":
        this.setForm(message.view.form, message.view);
        return;
      case "patch": {
        const form = this.forms.value.get(message.patch.form);
        if (!form || message.patch.revision <= form.revision) return;
        const patched = applyPatch(form, message.patch);
        if (patched) this.setForm(patched.form, patched);
        else this.send({ do: "hello" });
        return;
      }
      case "closed":
        this.setForm(message.form, undefined);
        return;
      case "device":
        this.device.value = message.wanted;
        return;
      case "process":
        this.running.value = message.running;
        if (!message.running) {
          this.interface.value = undefined;
          this.forms.value = new Map();
          this.device.value = [];
          this.failed.value = undefined;
        } else {
          this.send({ do: "hello" });
        }
    }
  }

  private setForm(number: number, form: Form | undefined): void {
    const forms = new Map(this.forms.value);
    if (form) forms.set(number, form);
    else forms.delete(number);
    this.forms.value = forms;
  }
}
