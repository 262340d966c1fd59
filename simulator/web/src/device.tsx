// What module code wants of the phone: photos, codes and places are given here, calls, texts and notices are shown in the frame.

import { useState } from "preact/hooks";
import { Icon } from "./icons";
import type { Phone } from "./phone";
import type { DeviceAnswer, DeviceWish } from "./views";
import { word } from "./words";

type Say = (key: Parameters<typeof word>[1]) => string;
type Give = (answer: DeviceAnswer) => void;

export function DeviceWishes({ phone, language }: { phone: Phone; language: string }) {
  const say: Say = (key) => word(language, key);
  const wanted = phone.device.value;
  const notices = wanted.filter(({ wish }) => wish.wish === "notice");
  const asked = wanted.find(({ wish }) => wish.wish !== "notice");
  const give = (id: number): Give => (answer) => phone.send({ do: "answerDevice", id, answer });
  return (
    <>
      {notices.length > 0 && (
        <div class="device-notices" role="log" aria-label={say("notices")}>
          {notices.map(({ id, wish }) => wish.wish === "notice" && (
            <div class="device-notice" key={id} data-device="notice">
              <p><b>{wish.title}</b> {wish.text}</p>
              <button type="button" class="icon" aria-label={say("close")} onClick={() => give(id)({ answer: "cancelled" })}>×</button>
            </div>
          ))}
        </div>
      )}
      {asked && <Wish key={asked.id} wish={asked.wish} give={give(asked.id)} say={say} />}
    </>
  );
}

function Wish({ wish, give, say }: { wish: DeviceWish; give: Give; say: Say }) {
  const [title, inside] = ((): [string, preact.ComponentChildren] => {
    switch (wish.wish) {
      case "photo":
        return [say("camera"), <Camera give={give} say={say} />];
      case "barcode":
        return [say("scanner"), <Scanner give={give} say={say} />];
      case "place":
        return [say("place"), <Place give={give} say={say} />];
      case "dial":
        return [say("dialler"), <p class="device-shown">{wish.number}</p>];
      case "share":
        return [say("share"), <p class="device-shown">{wish.text}</p>];
      case "notice":
        return [wish.title, wish.text];
    }
  })();
  const asks = wish.wish === "photo" || wish.wish === "barcode" || wish.wish === "place";
  return (
    <div class="scrim">
      <div class="dialog device" role="dialog" aria-modal="true" aria-label={title} data-device={wish.wish}>
        <h3>{title}</h3>
        {inside}
        <div class="dialog-buttons">
          <button type="button" data-answer="cancelled" onClick={() => give({ answer: "cancelled" })}>{say(asks ? "cancel" : "close")}</button>
          {asks && <button type="button" data-answer="refused" onClick={() => give({ answer: "refused" })}>{say("refuse")}</button>}
          {asks && <button type="button" data-answer="absent" onClick={() => give({ answer: "absent" })}>{say("noDevice")}</button>}
        </div>
      </div>
    </div>
  );
}

const LONGEST_SIDE = 1600;
const QUALITY = 0.85;

/** A canvas as a photo. */
function photoOf(canvas: HTMLCanvasElement): DeviceAnswer {
  const [head, base64] = canvas.toDataURL("image/jpeg", QUALITY).split(",");
  return { answer: "photo", mediaType: /^data:([^;]+)/.exec(head ?? "")?.[1] ?? "image/jpeg", base64: base64 ?? "" };
}

/** A chosen picture as a phone's camera would give it: not too big. */
async function photoFrom(file: File): Promise<DeviceAnswer> {
  const picture = await createImageBitmap(file);
  const scale = Math.min(1, LONGEST_SIDE / Math.max(picture.width, picture.height));
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [Math.round(picture.width * scale), Math.round(picture.height * scale)];
  canvas.getContext("2d")?.drawImage(picture, 0, 0, canvas.width, canvas.height);
  return photoOf(canvas);
}

/** What is before the camera of a phone that has none: a shore with the time of day. */
function drawn(): DeviceAnswer {
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [640, 480];
  const draw = canvas.getContext("2d");
  if (draw) {
    draw.fillStyle = "#a9d6ee";
    draw.fillRect(0, 0, 640, 300);
    draw.fillStyle = "#f6c945";
    draw.beginPath();
    draw.arc(500, 110, 50, 0, 2 * Math.PI);
    draw.fill();
    draw.fillStyle = "#146c94";
    draw.fillRect(0, 300, 640, 100);
    draw.fillStyle = "#d9c08c";
    draw.fillRect(0, 400, 640, 80);
    draw.fillStyle = "#17212b";
    draw.font = "28px sans-serif";
    draw.fillText(new Date().toLocaleTimeString(), 20, 450);
  }
  return photoOf(canvas);
}

function Camera({ give, say }: { give: Give; say: Say }) {
  const [failed, setFailed] = useState(false);
  const take = (file: File | undefined) => file && photoFrom(file).then(give, () => setFailed(true));
  return (
    <div class="device-choices">
      <button type="button" class="primary" data-device-choice="drawn" onClick={() => give(drawn())}>{say("drawnPicture")}</button>
      <label class="device-file">{say("pictureFile")}<input type="file" accept="image/*" onChange={(e) => void take(e.currentTarget.files?.[0])} /></label>
      {failed && <p class="error" role="alert">{say("noPicture")}</p>}
    </div>
  );
}

function Scanner({ give, say }: { give: Give; say: Say }) {
  const [text, setText] = useState("");
  return (
    <form class="device-choices" onSubmit={(e) => { e.preventDefault(); if (text) give({ answer: "barcode", text }); }}>
      <label>{say("codeText")}<input name="code" value={text} autocomplete="off" onInput={(e) => setText(e.currentTarget.value)} /></label>
      <button type="submit" class="primary" disabled={!text}>{say("take")}</button>
    </form>
  );
}

const places = [
  { key: "placeHarbour", latitude: 59.4437, longitude: 24.7536 },
  { key: "placeTown", latitude: 51.5074, longitude: -0.1278 },
  { key: "placeSouth", latitude: -33.8688, longitude: 151.2093 },
] as const;

function Place({ give, say }: { give: Give; say: Say }) {
  const [at, setAt] = useState({ latitude: "", longitude: "" });
  const typed = [Number(at.latitude), Number(at.longitude)] as const;
  const good = at.latitude !== "" && at.longitude !== "" && Math.abs(typed[0]) <= 90 && Math.abs(typed[1]) <= 180;
  const here = (latitude: number, longitude: number) => give({ answer: "place", latitude, longitude, accuracy: 12 });
  return (
    <form class="device-choices" onSubmit={(e) => { e.preventDefault(); if (good) here(...typed); }}>
      {places.map((place) => (
        <button type="button" key={place.key} data-device-choice={place.key} onClick={() => here(place.latitude, place.longitude)}><Icon name="map" /> {say(place.key)}</button>
      ))}
      <label>{say("latitude")}<input name="latitude" type="number" step="any" min="-90" max="90" value={at.latitude} onInput={(e) => setAt({ ...at, latitude: e.currentTarget.value })} /></label>
      <label>{say("longitude")}<input name="longitude" type="number" step="any" min="-180" max="180" value={at.longitude} onInput={(e) => setAt({ ...at, longitude: e.currentTarget.value })} /></label>
      <button type="submit" class="primary" disabled={!good}>{say("take")}</button>
    </form>
  );
}
