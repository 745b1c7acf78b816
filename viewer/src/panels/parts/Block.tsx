/** A titled part of a panel. */

export function Block(props: { title: string; note?: string; children: preact.ComponentChildren }) {
  return (
    <section class="block">
      <h3>{props.title}</h3>
      {props.note && <p class="note">{props.note}</p>}
      {props.children}
    </section>
  );
}
