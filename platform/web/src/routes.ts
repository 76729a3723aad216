import type { Route } from './router';

/** One route, one module: a page is fetched when it is first visited. */
export const routes: readonly Route[] = [
  {
    path: '/',
    shell: 'public',
    title: 'title.landing',
    tag: 'page-landing',
    load: () => import('./pages/landing'),
  },
  {
    path: '/catalog',
    shell: 'public',
    title: 'title.catalog',
    tag: 'page-catalog',
    load: () => import('./pages/catalog'),
  },
  {
    path: '/login',
    shell: 'public',
    title: 'title.login',
    tag: 'page-login',
    load: () => import('./pages/login'),
  },
  {
    path: '/signup',
    shell: 'public',
    title: 'title.signup',
    tag: 'page-signup',
    load: () => import('./pages/signup'),
  },
  {
    path: '/setup',
    shell: 'public',
    title: 'title.setup',
    tag: 'page-setup',
    load: () => import('./pages/setup'),
  },
  {
    path: '/home',
    shell: 'console',
    title: 'title.home',
    tag: 'page-home',
    load: () => import('./pages/home'),
  },
  {
    path: '/deploy',
    shell: 'console',
    title: 'title.deploy',
    tag: 'page-deploy',
    load: () => import('./pages/deploy'),
  },
  {
    path: '/instances',
    shell: 'console',
    title: 'title.instances',
    tag: 'page-instances',
    load: () => import('./pages/instances'),
  },
  {
    path: '/instances/:id',
    shell: 'console',
    title: 'title.instance',
    tag: 'page-instance',
    load: () => import('./pages/instance'),
  },
  {
    path: '/wallet',
    shell: 'console',
    title: 'title.wallet',
    tag: 'page-wallet',
    load: () => import('./pages/wallet'),
  },
  {
    path: '/account',
    shell: 'console',
    title: 'title.account',
    tag: 'page-account',
    load: () => import('./pages/account'),
  },
];
