CREATE TABLE public.sales (id bigint PRIMARY KEY, day date, store int, cents bigint, card_last4 text);
CREATE TABLE public.daily_totals (day date, store int, cents bigint, PRIMARY KEY (day, store));
