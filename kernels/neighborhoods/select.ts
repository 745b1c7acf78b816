/**
 * Hoare's selection among doubles.
 * Fails: never; arguments are trusted, since the engine checks them before it calls.
 */

/**
 * The value that would stand at index `at` (0 to count - 1) were the first `count` doubles at the address `values`
 * sorted ascending. Reorders them in place: those before `at` are then no larger, those after no smaller. `count` is
 * at least 1; equal values are fine; NaN must not occur (it is not checked). Mean cost is linear in `count`.
 */
export function selectValue(values: usize, count: i32, at: i32): f64 {
  let low: i32 = 0;
  let high = count - 1;
  while (low < high) {
    const pivot = load<f64>(values + ((<usize>((low + high) >> 1)) << 3));
    let i = low;
    let j = high;
    while (i <= j) {
      while (load<f64>(values + ((<usize>i) << 3)) < pivot) i++;
      while (load<f64>(values + ((<usize>j) << 3)) > pivot) j--;
      if (i > j) break;
      const first = values + ((<usize>i) << 3);
      const second = values + ((<usize>j) << 3);
      const moved = load<f64>(first);
      store<f64>(first, load<f64>(second));
      store<f64>(second, moved);
      i++;
      j--;
    }
    if (at <= j) high = j;
    else if (at >= i) low = i;
    else break;
  }
  return load<f64>(values + ((<usize>at) << 3));
}
