// Line icons, drawn here so that the page needs nothing from outside.

const paths: Record<string, string> = {
  menu: "M4 7h16M4 12h16M4 17h16",
  back: "M15 5l-7 7 7 7",
  cloud: "M7 18h10a4 4 0 0 0 .6-8A6 6 0 0 0 6.2 9.6 4.3 4.3 0 0 0 7 18z",
  cloudOff: "M7 18h10a4 4 0 0 0 .6-8A6 6 0 0 0 9 7.2M6.2 9.6A4.3 4.3 0 0 0 7 18M4 4l16 16",
  phone: "M8 3h8a1 1 0 0 1 1 1v16a1 1 0 0 1-1 1H8a1 1 0 0 1-1-1V4a1 1 0 0 1 1-1zM11 18h2",
  signal: "M5 18v-3M10 18v-6M15 18V9M20 18V5",
  sync: "M5 12a7 7 0 0 1 12-5l2 2M19 12a7 7 0 0 1-12 5l-2-2M19 5v4h-4M5 19v-4h4",
  person: "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM5 20a7 7 0 0 1 14 0",
  search: "M11 18a7 7 0 1 0 0-14 7 7 0 0 0 0 14zM20 20l-4-4",
  list: "M9 6h11M9 12h11M9 18h11M4.5 6h.01M4.5 12h.01M4.5 18h.01",
  cart: "M4 5h2l2 10h9l2-7H7M9 20h.01M16 20h.01",
  people: "M9 11a3 3 0 1 0 0-6 3 3 0 0 0 0 6zM3 19a6 6 0 0 1 12 0M16 5.5a3 3 0 0 1 0 5.5M17.5 14a6 6 0 0 1 3.5 5",
  box: "M4 8l8-4 8 4v8l-8 4-8-4zM4 8l8 4 8-4M12 12v8",
  map: "M12 21s7-6 7-11a7 7 0 1 0-14 0c0 5 7 11 7 11zM12 12a2 2 0 1 0 0-4 2 2 0 0 0 0 4z",
  chart: "M12 3v9h9M20 15a9 9 0 1 1-11-11.5",
  document: "M7 3h7l4 4v14H7zM14 3v4h4M10 12h5M10 16h5",
  settings: "M12 15a3 3 0 1 0 0-6 3 3 0 0 0 0 6zM19 12l2-1-1-3-2 .3-1.5-1.5L17 5l-3-1-1 2h-2L10 4 7 5l.4 1.8L6 8.3 4 8l-1 3 2 1v0l-2 1 1 3 2-.3L7.4 17 7 19l3 1 1-2h2l1 2 3-1-.4-2 1.4-1.3 2 .3 1-3z",
  calendar: "M5 6h14v14H5zM5 10h14M9 3v4M15 3v4",
  down: "M6 9l6 6 6-6",
  more: "M12 5.5h.01M12 12h.01M12 18.5h.01",
  folder: "M3 7h7l2 2h9v10H3z",
};

export function Icon({ name }: { name: string }) {
  return (
    <svg class="icon-shape" viewBox="0 0 24 24" aria-hidden="true">
      <path d={paths[name] ?? paths.list} />
    </svg>
  );
}
