/** A page for when nothing can be shown: what happened, and what to do. */
export function Failure({ message }: { message: string }) {
  return (
    <div class="failure" role="alert">
      <h1>This explanation cannot be shown</h1>
      <p>{message}</p>
      <p class="note">
        Make the report again with <code>whymap explain</code>, or open the file in a current browser.
      </p>
    </div>
  );
}
