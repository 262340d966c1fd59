// What fills a phone's screen: sign-in, first download, the menu, or a form.

import { useEffect, useState } from "preact/hooks";
import { DeviceWishes } from "./device";
import { FormScreen } from "./form";
import { Icon } from "./icons";
import type { Phone } from "./phone";
import type { FailedStart, Interface, MenuItem, MenuSection, Mode } from "./views";
import { word } from "./words";

export function PhoneScreen({ phone, suggestedUser }: { phone: Phone; suggestedUser: string }) {
  const view = phone.interface.value;
  if (phone.failed.value) return <CouldNotStart phone={phone} failed={phone.failed.value} />;
  if (!phone.running.value || !view) {
    return (
      <div class="screen off">
        <p>{phone.running.value && phone.connected.value ? "…" : word("en", "off")}</p>
      </div>
    );
  }
  const language = view.status.language;
  return (
    <div class="screen" lang={language}>
      <TitleBar phone={phone} view={view} />
      {view.status.banner && view.screen.screen === "work" && (
        <p class="banner" role="status"><Icon name="cloudOff" /> {view.status.banner}</p>
      )}
      {view.status.update_waits && view.screen.screen === "work" && (
        <p class="banner update"><Icon name="sync" /> {word(language, "updateWaits")} <button type="button" data-test="update" onClick={() => phone.send({ do: "updateNow" })}>{word(language, "updateNow")}</button></p>
      )}
      {view.offer && <Offer phone={phone} view={view} />}
      <Body phone={phone} view={view} suggestedUser={suggestedUser} />
      <Messages phone={phone} view={view} />
      {view.waiting && !view.dialog && <Waiting phone={phone} view={view} waiting={view.waiting} />}
      {view.dialog && <Dialog phone={phone} dialog={view.dialog} />}
      <DeviceWishes phone={phone} language={language} />
    </div>
  );
}

function Body({ phone, view, suggestedUser }: { phone: Phone; view: Interface; suggestedUser: string }) {
  switch (view.screen.screen) {
    case "signIn":
      return <SignIn phone={phone} view={view} screen={view.screen} suggestedUser={suggestedUser} />;
    case "lock":
      return <Lock phone={phone} view={view} screen={view.screen} />;
    case "choosePin":
      return <ChoosePin phone={phone} view={view} screen={view.screen} />;
    case "download":
      return <Download phone={phone} view={view} screen={view.screen} />;
    case "work": {
      const form = phone.forms.value.get(view.active);
      return form ? <FormScreen key={form.form} phone={phone} form={form} language={view.status.language} /> : <Menu phone={phone} view={view} />;
    }
  }
}

const modeIcons: Record<Mode, string> = { normal: "cloud", offline: "cloudOff", poorConnection: "signal" };

function TitleBar({ phone, view }: { phone: Phone; view: Interface }) {
  const { status } = view;
  const [open, setOpen] = useState(false);
  const say = (key: Parameters<typeof word>[1]) => word(status.language, key);
  // Before work nobody has asked whether main is there: only what was chosen is known.
  const working = view.screen.screen === "work";
  const mode = working ? status.effective_mode : status.mode;
  const modes: Mode[] = ["normal", ...(status.offline_by_hand ? ["offline" as const] : []), ...(status.poor_connection_by_hand ? ["poorConnection" as const] : [])];
  return (
    <header class="title-bar">
      <button type="button" class="icon" aria-label={say("back")} onClick={() => phone.send({ do: "showMenu" })}><Icon name="menu" /></button>
      <strong>{status.title}</strong>
      {status.exchange.pending > 0 && <span class="pending" title={status.exchange.error}>{status.exchange.pending} {say("pending")}</span>}
      <button type="button" class={`mode ${mode} ${status.available || !working ? "available" : "lost"}`} aria-haspopup="menu" aria-expanded={open} data-test="mode" onClick={() => setOpen(!open)}>
        <Icon name={modeIcons[mode]} />
        <span>{say(mode)}</span>
      </button>
      {open && (
        <div class="mode-menu" role="menu" onKeyDown={(e) => e.key === "Escape" && setOpen(false)}>
          {modes.map((choice) => (
            <button type="button" role="menuitemradio" aria-checked={status.mode === choice} key={choice} data-mode={choice}
              onClick={() => { phone.send({ do: "setMode", mode: choice }); setOpen(false); }}>
              <Icon name={modeIcons[choice]} /> {say(choice)} {status.mode === choice && "✓"}
            </button>
          ))}
          <hr />
          <button type="button" role="menuitem" onClick={() => { phone.send({ do: "exchangeNow" }); setOpen(false); }}><Icon name="sync" /> {say("exchange")}</button>
          {status.pin_by_hand && view.screen.screen === "work" && (
            <button type="button" role="menuitem" onClick={() => { phone.send({ do: "choosePin" }); setOpen(false); }}><Icon name="person" /> {say("pin")}</button>
          )}
          <button type="button" role="menuitem" onClick={() => { phone.send({ do: "signOut" }); setOpen(false); }}><Icon name="person" /> {say("signOut")} ({status.user_name})</button>
        </div>
      )}
    </header>
  );
}

/** The app could not open its files: what happened, and what the person may do. */
function CouldNotStart({ phone, failed }: { phone: Phone; failed: FailedStart }) {
  const [asked, setAsked] = useState(false);
  const { beginAnew } = failed;
  return (
    <div class="screen" lang={failed.language} data-test="could-not-start">
      <div class="sign-in">
        <p class="error" role="alert">{failed.reason}</p>
        <button type="button" class="primary" data-test="start-again" onClick={() => phone.send({ do: "start" })}>{word(failed.language, "retry")}</button>
        {beginAnew && <button type="button" data-test="begin-anew" onClick={() => setAsked(true)}>{beginAnew.button}</button>}
      </div>
      {beginAnew && asked && (
        <div class="scrim">
          <div class="dialog" role="alertdialog" aria-modal="true" aria-label={beginAnew.question}>
            <p>{beginAnew.question}</p>
            <div class="dialog-buttons">
              <button type="button" data-answer="begin-anew" onClick={() => { setAsked(false); phone.send({ do: "beginAnew" }); }}>{beginAnew.yes}</button>
              <button type="button" class="primary" data-answer="leave" ref={focusOnce} onClick={() => setAsked(false)}>{beginAnew.no}</button>
            </div>
          </div>
        </div>
      )}
    </div>
  );
}

type ScreenOf<S> = Extract<Interface["screen"], { screen: S }>;

function Lock({ phone, view, screen }: { phone: Phone; view: Interface; screen: ScreenOf<"lock"> }) {
  const [pin, setPin] = useState("");
  const say = (key: Parameters<typeof word>[1]) => word(view.status.language, key);
  return (
    <form class="sign-in" onSubmit={(e) => { e.preventDefault(); phone.send({ do: "unlock", pin }); setPin(""); }}>
      <h2>{screen.userName}</h2>
      <label>{say("pin")}<input name="pin" type="password" inputMode="numeric" autocomplete="off" value={pin} onInput={(e) => setPin(e.currentTarget.value)} /></label>
      {screen.error && <p class="error" role="alert">{screen.error}</p>}
      <button type="submit" class="primary" disabled={screen.busy}>{screen.busy ? say("working") : say("unlock")}</button>
      {screen.biometrics && <button type="button" disabled={screen.busy} onClick={() => phone.send({ do: "unlockWithBiometrics" })}>{say("finger")}</button>}
      <button type="button" onClick={() => phone.send({ do: "signOut" })}>{say("otherUser")}</button>
    </form>
  );
}

function ChoosePin({ phone, view, screen }: { phone: Phone; view: Interface; screen: ScreenOf<"choosePin"> }) {
  const [pin, setPin] = useState("");
  const say = (key: Parameters<typeof word>[1]) => word(view.status.language, key);
  return (
    <form class="sign-in" onSubmit={(e) => { e.preventDefault(); phone.send({ do: "setPin", pin }); }}>
      <h2>{say("newPin")}</h2>
      <label>{say("pin")}<input name="pin" type="password" inputMode="numeric" autocomplete="off" value={pin} onInput={(e) => setPin(e.currentTarget.value)} /></label>
      {screen.error && <p class="error" role="alert">{screen.error}</p>}
      <button type="submit" class="primary">{pin || screen.required ? say("keepPin") : say("withoutPin")}</button>
      {!screen.required && <button type="button" onClick={() => phone.send({ do: "setPin", pin: null })}>{say("cancel")}</button>}
    </form>
  );
}

function SignIn({ phone, view, screen, suggestedUser }: {
  phone: Phone; view: Interface; screen: Extract<Interface["screen"], { screen: "signIn" }>; suggestedUser: string;
}) {
  const [user, setUser] = useState(screen.userName || suggestedUser);
  const [password, setPassword] = useState("");
  const [link, setLink] = useState("");
  const say = (key: Parameters<typeof word>[1]) => word(view.status.language, key);
  return (
    <form class="sign-in" onSubmit={(e) => { e.preventDefault(); phone.send({ do: "signIn", user, password }); }}>
      <h2>{view.status.title || "Twinshore"}</h2>
      <label>{say("name")}<input name="user" autocomplete="username" value={user} onInput={(e) => setUser(e.currentTarget.value)} /></label>
      <label>{say("password")}<input name="password" type="password" autocomplete="current-password" value={password} onInput={(e) => setPassword(e.currentTarget.value)} /></label>
      {screen.users.length > 0 && (
        <div class="users">{screen.users.map((name) => (
          <button type="button" key={name} data-user={name} onClick={() => setUser(name)}><Icon name="person" /> {name}</button>
        ))}</div>
      )}
      {screen.error && <p class="error" role="alert">{screen.error}</p>}
      {screen.beginAnew && <button type="button" data-test="begin-anew" onClick={() => phone.send({ do: "beginAccountAnew" })}>{screen.beginAnew}</button>}
      <button type="submit" class="primary" disabled={screen.busy}>{screen.busy ? say("working") : say("signIn")}</button>
      <details class="by-link">
        <summary>{say("byLink")}</summary>
        <label>{say("link")}<input name="link" autocomplete="off" value={link} onInput={(e) => setLink(e.currentTarget.value)} /></label>
        <button type="button" data-test="by-link" disabled={screen.busy || !link} onClick={() => phone.send({ do: "signInByLink", link })}>{say("signInByLink")}</button>
      </details>
    </form>
  );
}

function Download({ phone, view, screen }: { phone: Phone; view: Interface; screen: Extract<Interface["screen"], { screen: "download" }> }) {
  const { language } = view.status;
  const say = (key: Parameters<typeof word>[1]) => word(language, key);
  return (
    <div class="download">
      <h2>{view.status.title || "Twinshore"}</h2>
      <p>{screen.step}</p>
      <progress {...(screen.total > 0 ? { value: screen.done, max: screen.total } : {})} aria-label={screen.step} />
      <p class="figures-line">{screen.figures}</p>
      {screen.error && (
        <>
          <p class="error" role="alert">{screen.error}</p>
          <button type="button" class="primary" onClick={() => phone.send({ do: "retryDownload" })}>{say("retry")}</button>
        </>
      )}
    </div>
  );
}

function Menu({ phone, view }: { phone: Phone; view: Interface }) {
  const say = (key: Parameters<typeof word>[1]) => word(view.status.language, key);
  return (
    <nav class="menu">
      {view.drafts.length > 0 && (
        <section class="card drafts">
          <h3>{say("drafts")}</h3>
          {view.drafts.map((draft) => (
            <div class="card-row" key={draft.id} data-draft={draft.title}>
              <span>{draft.title}<small>{draft.when.replace("T", " ").slice(0, 16)}</small></span>
              <button type="button" class="primary" onClick={() => phone.send({ do: "takeDraft", id: draft.id })}>{say("takeDraft")}</button>
              <button type="button" onClick={() => phone.send({ do: "discardDraft", id: draft.id })}>{say("discard")}</button>
            </div>
          ))}
        </section>
      )}
      {view.home.length > 0 && (
        <section class="card home">
          {view.home.map((part) => <Item key={part.id} phone={phone} item={part} mark="data-home" />)}
        </section>
      )}
      {view.windows.length > 0 && (
        <section class="card">
          <h3>{say("forms")}</h3>
          {view.windows.map((window) => (
            <button type="button" class="menu-item" key={window.form} onClick={() => phone.send({ do: "activate", form: window.form })}>
              <Icon name={window.used_server === "main" ? "cloud" : "phone"} />
              <span>{window.title}{window.modified && <b class="dot" aria-label="*"> •</b>}</span>
              {!window.available && <small>{say("unavailable")}</small>}
            </button>
          ))}
        </section>
      )}
      {view.sections.map((section) => <Section key={section.id} phone={phone} section={section} />)}
      {view.attention.length > 0 && (
        <section class="card attention">
          <h3>{say("attention")}</h3>
          {view.attention.map((item) => (
            <p key={item.id}><b>{item.title}</b> {item.text}</p>
          ))}
        </section>
      )}
    </nav>
  );
}

function Item({ phone, item, mark }: { phone: Phone; item: MenuItem; mark: "data-home" | "data-item" }) {
  return (
    <button type="button" class="menu-item" {...{ [mark]: item.id }} disabled={!item.enabled} onClick={() => phone.send({ do: "open", item: item.id })}>
      <Icon name={item.icon} />
      <span>{item.title}</span>
      {item.hint && <small>{item.hint}</small>}
    </button>
  );
}

function Waiting({ phone, view, waiting }: { phone: Phone; view: Interface; waiting: { id: number; text: string } }) {
  return (
    <div class="scrim">
      <div class="dialog" role="alertdialog" aria-modal="true" aria-label={waiting.text} data-test="waiting">
        <p role="status">{waiting.text}</p>
        <progress aria-label={waiting.text} />
        <div class="dialog-buttons">
          <button type="button" data-test="cancel-wait" onClick={() => phone.send({ do: "cancelWait", id: waiting.id })}>{word(view.status.language, "cancel")}</button>
        </div>
      </div>
    </div>
  );
}

function Section({ phone, section }: { phone: Phone; section: MenuSection }) {
  return (
    <section class={section.enabled ? "card" : "card greyed"}>
      <h3><Icon name={section.icon} /> {section.title}</h3>
      {section.items.map((item) => <Item key={item.id} phone={phone} item={item} mark="data-item" />)}
    </section>
  );
}

function Offer({ phone, view }: { phone: Phone; view: Interface }) {
  const say = (key: Parameters<typeof word>[1]) => word(view.status.language, key);
  return (
    <div class="offer" role="status">
      <p>{view.offer?.text}</p>
      <div>
        {view.offer?.modes.map((mode) => (
          <button type="button" class="primary" key={mode} onClick={() => phone.send({ do: "answerOffer", mode })}>{say(mode)}</button>
        ))}
        <button type="button" onClick={() => phone.send({ do: "answerOffer", mode: null })}>{say("keep")}</button>
      </div>
    </div>
  );
}

function Dialog({ phone, dialog }: { phone: Phone; dialog: NonNullable<Interface["dialog"]> }) {
  return (
    <div class="scrim">
      <div class="dialog" role="alertdialog" aria-modal="true" aria-label={dialog.text}>
        <p>{dialog.text}</p>
        <div class="dialog-buttons">
          {dialog.buttons.map((button, index) => (
            <button type="button" key={button.id} class={index === 0 ? "primary" : ""} ref={index === 0 ? focusOnce : undefined}
              data-answer={button.id} onClick={() => phone.send({ do: "answerDialog", id: dialog.id, button: button.id })}>
              {button.text}
            </button>
          ))}
        </div>
      </div>
    </div>
  );
}

function focusOnce(button: HTMLButtonElement | null): void {
  button?.focus();
}

const MESSAGE_MS = 8000;

/** The newest message, until it has been seen for a while or is put away. */
function Messages({ view }: { phone: Phone; view: Interface }) {
  const newest = view.messages.at(-1);
  const [seen, setSeen] = useState(0);
  useEffect(() => {
    if (!newest || newest.kind === "error") return;
    const timer = setTimeout(() => setSeen(newest.id), MESSAGE_MS);
    return () => clearTimeout(timer);
  }, [newest?.id]);
  if (!newest || newest.id <= seen) return null;
  return (
    <div class={`message ${newest.kind}`} role={newest.kind === "error" ? "alert" : "status"}>
      <span>{newest.text}</span>
      <button type="button" class="icon" aria-label={word(view.status.language, "close")} onClick={() => setSeen(newest.id)}>×</button>
    </div>
  );
}
