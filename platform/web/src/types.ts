import type { AssetInfo, Money } from './format';

export interface Page<T> {
  items: T[];
  next_cursor?: string | null;
}

export interface Site {
  name: string;
  mode: 'trial' | 'production';
  locale: string;
  currency: string;
  region?: string;
  setup_required: boolean;
  mail_enabled?: boolean;
  locales?: string[];
  assets?: AssetInfo[];
}

export interface Me {
  id: string;
  email: string;
  name: string;
  roles: string[];
  locale?: string;
  totp_enabled?: boolean;
  totp_required?: boolean;
}

export interface Price extends Money {
  component: string;
  /** `hour`, `24h`, `month` … : the span one amount pays for. */
  per: string;
  /** The rest only for use: in what it is counted, and what a period includes. */
  unit?: string;
  included?: number;
  units_per?: number;
  at_limit?: string;
}

export interface Resources {
  vcpu: number;
  memory_mb: number;
  disk_gb: number;
}

export interface Plan {
  id: string;
  code: string;
  name: string;
  resources: Resources;
  prices: Price[];
  available?: boolean | number;
  reason?: string;
}

export interface Product {
  id: string;
  slug: string;
  name: string;
  kind: string;
  offering?: string;
  description: string;
  plans: Plan[];
  checkout_schema?: Schema;
}

/** The JSON Schema subset that providers, products and checkouts use. */
export interface Schema {
  type?: string | string[];
  title?: string;
  description?: string;
  default?: unknown;
  enum?: (string | number)[];
  const?: unknown;
  oneOf?: Schema[];
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  format?: string;
  pattern?: string;
  minLength?: number;
  maxLength?: number;
  minimum?: number;
  maximum?: number;
  minItems?: number;
  maxItems?: number;
  additionalProperties?: boolean | Schema;
  readOnly?: boolean;
  'x-order'?: number;
  'x-group'?: string;
  'x-advanced'?: boolean;
  'x-secret'?: boolean;
  'x-unit'?: string;
  'x-placeholder'?: string;
  'x-help'?: string;
  'x-options'?: { value: string | number; title?: string; label?: string }[] | { source: string };
}

export interface Quote {
  id: string;
  lines: {
    component: string;
    description?: string;
    per?: string;
    amount: Money;
  }[];
  total: Money;
  expires_at: string;
}

export interface Step {
  name: string;
  state: string;
  started_at?: string | null;
  ended_at?: string | null;
  detail?: string | null;
}

export interface Reason {
  code?: string;
  /** In events, the text in every language. */
  text?: string | Partial<Record<string, string>>;
  detail?: string;
}

export interface Order {
  id: string;
  state: string;
  reason?: Reason | string | null;
  instance_id?: string;
  instance_name?: string;
  account?: AccountRef;
  total: Money;
  plan?: PlanRef | string;
  created_at?: string;
  placed_at?: string;
  steps?: Step[];
}

export interface AccountRef {
  id: string;
  email?: string;
  name?: string;
}

export interface PlanRef {
  id?: string;
  code?: string;
  name?: string;
  product?: string;
  product_name?: string;
  /** The provider whose blueprint made it. */
  offering?: string;
  resources?: Resources;
}

export interface Endpoint {
  kind: string;
  name: string;
  port?: number;
  /** The origin; ports that are only reached from inside have none. */
  url?: string;
}

export interface Instance {
  id: string;
  name: string;
  state: string;
  reason?: Reason | string | null;
  since?: string;
  plan?: PlanRef | string;
  price?: Price;
  endpoints?: Endpoint[];
  expires_at?: string | null;
  cost_so_far?: Money | Money[] | null;
  order_id?: string;
  config?: Record<string, unknown>;
  actions?: string[];
  capabilities?: string[];
  has_credentials?: boolean;
  /** Whether anybody may open its endpoints. */
  public?: boolean;
  /** The action under way. */
  pending?: string | null;
  owner_balance_note?: string | null;
  account?: AccountRef;
  created_at?: string;
}

export interface Balance {
  asset: string;
  bucket: string;
  available_minor: number;
  held_minor: number;
}

export interface Entry {
  id: string;
  at: string;
  kind: string;
  amount_minor: number;
  asset: string;
  bucket?: string;
  balance_minor: number;
  reason?: string;
  explains?: { type: string; id: string } | null;
}

export interface LiveEvent {
  event: string;
  id?: string;
  data: Record<string, unknown>;
}
