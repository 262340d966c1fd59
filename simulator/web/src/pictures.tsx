// Elements that are looked at: charts, spreadsheet documents, pictures.

import type { ChartPoint, Element, SpreadsheetCell } from "./views";

const hues = [200, 30, 140, 330, 260, 60, 100, 290, 10, 170];

export function ChartElement({ chart, title }: { chart: { pie: boolean; points: ChartPoint[] }; title: string }) {
  return (
    <div class="chart">
      {chart.pie ? <Pie points={chart.points} title={title} /> : <Bars points={chart.points} />}
      <ul class="legend">
        {chart.points.map((point, at) => (
          <li key={point.label}><i style={{ background: color(at) }} /> {point.label} <b>{point.text}</b></li>
        ))}
      </ul>
    </div>
  );
}

function color(at: number): string {
  return `hsl(${hues[at % hues.length]} 55% 48%)`;
}

function Pie({ points, title }: { points: ChartPoint[]; title: string }) {
  const whole = points.reduce((sum, point) => sum + Math.max(point.value, 0), 0);
  let turned = 0;
  return (
    <svg viewBox="-50 -50 100 100" class="pie" role="img" aria-label={title}>
      {whole > 0 && points.map((point, at) => {
        const share = Math.max(point.value, 0) / whole;
        const from = turned;
        turned += share;
        return share > 0.999
          ? <circle key={point.label} r="48" fill={color(at)} />
          : <path key={point.label} d={sector(from, turned)} fill={color(at)} />;
      })}
    </svg>
  );
}

function sector(from: number, to: number): string {
  const at = (share: number) => `${48 * Math.sin(2 * Math.PI * share)} ${-48 * Math.cos(2 * Math.PI * share)}`;
  return `M0 0 L${at(from)} A48 48 0 ${to - from > 0.5 ? 1 : 0} 1 ${at(to)} Z`;
}

function Bars({ points }: { points: ChartPoint[] }) {
  const most = Math.max(...points.map((point) => point.value), 0);
  return (
    <div class="bars">
      {points.map((point, at) => (
        <div key={point.label} class="bar" style={{ inlineSize: `${most > 0 ? (100 * point.value) / most : 0}%`, background: color(at) }} />
      ))}
    </div>
  );
}

export function SpreadsheetElement({ sheet }: { sheet: { columns: string[]; rows: SpreadsheetCell[][] } }) {
  return (
    <div class="sheet" tabIndex={0}>
      <table>
        <thead><tr>{sheet.columns.map((column) => <th key={column} scope="col">{column}</th>)}</tr></thead>
        <tbody>
          {sheet.rows.map((row, at) => (
            <tr key={at}>{row.map((cell, column) => <td key={column} class={`${cell.bold ? "bold" : ""} ${cell.end ? "end" : ""}`}>{cell.text}</td>)}</tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

export function PictureElement({ element, kind }: { element: Element; kind: { media_type: string; base64: string } }) {
  const known = /^image\/(png|jpeg|gif|webp)$/.test(kind.media_type);
  return (
    <figure class="framed picture" data-element={element.name}>
      <figcaption>{element.title}</figcaption>
      {known && kind.base64 ? <img alt={element.title} src={`data:${kind.media_type};base64,${kind.base64}`} /> : <span class="none">—</span>}
    </figure>
  );
}
