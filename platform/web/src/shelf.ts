import type { ReactiveController } from 'lit';
import { get } from './api';
import { Resource, type PageView } from './element';
import { lang } from './i18n';
import { isAvailable } from './plan-card';
import type { Page, Product } from './types';

const FIRST_LOOK_MS = 2_000;
const SLOWEST_MS = 30_000;

/** Whether something on the shelf may change by itself: nothing is there yet, or a plan waits for a machine. */
export function isWaiting(products: readonly Product[]): boolean {
  return !products.length || products.some((product) => product.plans.some((plan) => !isAvailable(plan)));
}

/**
 * What can be ordered, in the language of the page. A host that has just started is still asking its
 * machines: as long as something cannot be ordered it is asked again, ever more seldom, and not while
 * nobody looks.
 */
export class Shelf extends Resource<Page<Product>> implements ReactiveController {
  #timer: ReturnType<typeof setTimeout> | undefined;
  #wait = FIRST_LOOK_MS;
  #stop: () => void = () => undefined;

  constructor(host: PageView) {
    super(host, (signal) => get<Page<Product>>('/products', signal));
  }

  override hostConnected(): void {
    super.hostConnected();
    this.#stop = lang.subscribe(() => void this.reload());
    this.#later();
  }

  override hostDisconnected(): void {
    super.hostDisconnected();
    this.#stop();
    clearTimeout(this.#timer);
  }

  #later(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#look(), this.#wait);
  }

  async #look(): Promise<void> {
    if (this.value && !isWaiting(this.value.items)) return;
    if (!document.hidden && !this.loading) await this.reload();
    this.#wait = Math.min(this.#wait * 1.5, SLOWEST_MS);
    this.#later();
  }
}
