// The work on the configuration, where somebody does it (`twinshore dev`): what became of what was saved, and links for real phones.

import { signal } from "@preact/signals";

interface Notice {
  number: number;
  time: string;
  good: boolean;
  text: string;
  lines: string[];
}

interface Invitation {
  link: string;
  code: string[];
  until: string;
}

const notices = signal<Notice[] | undefined>(undefined);
const invitation = signal<Invitation | undefined>(undefined);
const problem = signal("");

// A page of a demo has no workshop: it answers with nothing, and the browser does not ask again.
const told = new EventSource("/api/workshop");
told.onmessage = (message) => (notices.value = JSON.parse(message.data as string) as Notice[]);

async function invite(user: string): Promise<void> {
  const response = await fetch("/api/workshop/invite", { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ user }) });
  problem.value = response.ok ? "" : await response.text();
  invitation.value = response.ok ? ((await response.json()) as Invitation) : undefined;
}

/** Light around it that cameras want. */
const QUIET_ZONE = 4;

function Code({ rows }: { rows: string[] }) {
  const side = rows.length + 2 * QUIET_ZONE;
  const dark = rows.flatMap((row, y) => [...row].flatMap((module, x) => (module === "#" ? `M${x + QUIET_ZONE} ${y + QUIET_ZONE}h1v1h-1z` : [])));
  return (
    <svg viewBox={`0 0 ${side} ${side}`} role="img" aria-label="QR code" shape-rendering="crispEdges">
      <rect width={side} height={side} fill="#fff" />
      <path d={dark.join("")} fill="#000" />
    </svg>
  );
}

export function Workshop({ users }: { users: string[] }) {
  if (!notices.value) return null;
  const newest = notices.value.at(-1);
  return (
    <section class="workshop" aria-label="Work on the configuration">
      <div class="workshop-head">
        <p role="status" class={newest && !newest.good ? "bad" : ""} data-test="workshop">
          {newest ? <><time>{newest.time}</time> {newest.text}</> : "Change a file of the configuration and save it: open phones follow."}
        </p>
        {users.map((user) => (
          <button type="button" key={user} data-invite={user} onClick={() => void invite(user)}>Code for {user}'s real phone</button>
        ))}
      </div>
      {newest && newest.lines.length > 0 && <pre data-test="mistakes">{newest.lines.join("\n")}</pre>}
      {problem.value && <p class="bad" role="alert">{problem.value}</p>}
      {invitation.value && (
        <div class="invitation">
          <Code rows={invitation.value.code} />
          <p>Scan it on the phone's sign-in screen, or open <a data-test="link" href={invitation.value.link}>the link</a> there. It is good once, until {invitation.value.until}.</p>
          <button type="button" onClick={() => (invitation.value = undefined)}>Put away</button>
        </div>
      )}
      {notices.value.length > 1 && (
        <details>
          <summary>Earlier</summary>
          <ol>{notices.value.slice(0, -1).reverse().map((notice) => <li key={notice.number} class={notice.good ? "" : "bad"}><time>{notice.time}</time> {notice.text}</li>)}</ol>
        </details>
      )}
    </section>
  );
}
