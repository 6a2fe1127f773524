-- The condition under which a text is not of a known format, as SQL that needs no function of ours: check digits are sums
-- written out, so that a million rows cost what a million expressions do. Blanks pass, as with types. Null for a format
-- that is not known. Sources of what is asked are named beside each. Internal.
create or replace function quality.format_fails(p_value text, p_format text) returns text
language plpgsql immutable
set search_path = ''
as $$
declare
  v text := p_value;
  shape text;
  sum_fails text;
  iban constant text := 'AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BR29 CH21 CR22 CY28 CZ24 DE22 DK18 DO28 EE20 ES24 FI18 FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HR21 HU28 IE22 IL23 IS26 IT27 JO30 KW30 KZ20 LB28 LC32 LI21 LT20 LU20 LV21 MC27 MD24 ME22 MK19 MR27 MT31 MU30 NL18 NO15 PK24 PL28 PS29 PT25 QA29 RO24 RS22 SA24 SE24 SI19 SK24 SM27 TN24 TR26 UA29 VG24 XK20';
begin
  -- IBANs are printed in groups of four, ISBNs and LOINC codes with hyphens, NHS numbers with spaces.
  if p_format in ('iban', 'isbn', 'loinc', 'nhs_number', 'gtin', 'payment_card') then
    v := format('translate(%s, '' -'', '''')', v);
  end if;
  case p_format
  -- Health care. NPI: 45 CFR 162.406, Luhn over 80840 and the number. LOINC: users' guide, mod 10. NHS number: mod 11.
  when 'npi' then shape := '^[12][0-9]{9}$'; sum_fails := quality.luhn_fails(format('''80840'' || %s', v), 15);
  when 'loinc' then shape := '^[0-9]{2,7}$'; sum_fails := quality.luhn_fails(v, 8);
  when 'nhs_number' then shape := '^[0-9]{10}$'; sum_fails := quality.weights_fail(v, '{10,9,8,7,6,5,4,3,2,1}', 11);
  when 'dea_number' then shape := '^[A-Z][A-Z9][0-9]{7}$';
    sum_fails := format('(%s) %% 10 <> ascii(substr(%s, 9, 1)) - 48', quality.weighted_sum(format('substr(%s, 3, 6)', v), '{1,2,1,2,1,2}'), v);
  -- ICD-10-CM: official guidelines, section I.A: a letter, a digit, a digit or letter, and up to four more after a point.
  when 'icd10cm' then shape := '^[A-Z][0-9][0-9AB](\.?[0-9A-Z]{1,4})?$';
  when 'ndc' then shape := '^([0-9]{4}-[0-9]{4}-[0-9]{2}|[0-9]{5}-[0-9]{3}-[0-9]{2}|[0-9]{5}-[0-9]{4}-[0-9]{1,2}|[0-9]{11})$';
  when 'cpt' then shape := '^[0-9]{4}[0-9AFTU]$';
  -- Finance. IBAN: ISO 13616, mod 97-10. LEI: ISO 17442, mod 97-10. ISIN: ISO 6166, Luhn over the letters as numbers.
  when 'iban' then shape := '^[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}$';
    -- Most have no letters but the country's: then those two are all that is to be spelled as numbers.
    sum_fails := format('position(left(%1$s, 2) || length(%1$s) in %3$L) = 0 or case when substr(%1$s, 5) ~ ''[A-Z]'' then %2$s
                           else (substr(%1$s, 5) || (ascii(%1$s) - 55) || (ascii(substr(%1$s, 2)) - 55) || substr(%1$s, 3, 2))::numeric %% 97 <> 1 end',
      v, quality.mod97_fails(format('substr(%1$s, 5) || left(%1$s, 4)', v)), iban);
  when 'lei' then shape := '^[A-Z0-9]{18}[0-9]{2}$'; sum_fails := quality.mod97_fails(v);
  when 'isin' then shape := '^[A-Z]{2}[A-Z0-9]{9}[0-9]$'; sum_fails := quality.luhn_fails(quality.letters_as_numbers(v), 24);
  when 'bic' then shape := '^[A-Z0-9]{4}[A-Z]{2}[A-Z0-9]{2}([A-Z0-9]{3})?$';
  when 'aba_routing' then shape := '^[0-9]{9}$'; sum_fails := quality.weights_fail(v, '{3,7,1,3,7,1,3,7,1}', 10);
  when 'payment_card' then shape := '^[0-9]{12,19}$'; sum_fails := quality.luhn_fails(v, 20);
  when 'currency' then return format('%1$s <> '''' and %1$s <> all (%2$L::text[])', v, quality.code_list('currency'));
  -- Retail and industry. GTIN and SSCC: GS1 general specifications 7.9, mod 10 with weights 3 and 1 from the right.
  when 'gtin' then shape := '^([0-9]{8}|[0-9]{12,14})$'; sum_fails := quality.weights_fail(format('lpad(%s, 14, ''0'')', v), '{3,1,3,1,3,1,3,1,3,1,3,1,3,1}', 10);
  when 'sscc' then shape := '^[0-9]{18}$'; sum_fails := quality.weights_fail(v, '{3,1,3,1,3,1,3,1,3,1,3,1,3,1,3,1,3,1}', 10);
  when 'isbn' then shape := '^97[89][0-9]{10}$'; sum_fails := quality.weights_fail(v, '{1,3,1,3,1,3,1,3,1,3,1,3,1}', 10);
  when 'hs_code' then shape := '^[0-9]{6}([0-9]{2}([0-9]{2})?)?$';
  -- VIN: ISO 3779 without I, O, Q; the ninth sign by 49 CFR 565.15 (North America, China).
  when 'vin', 'vin_checked' then shape := '^[A-HJ-NPR-Z0-9]{17}$';
    if p_format = 'vin_checked' then
      sum_fails := format('substr(%s, 9, 1) <> substr(''0123456789X'', 1 + (%s) %% 11, 1)', v,
        quality.weighted_sum(format('translate(%s, ''ABCDEFGHJKLMNPRSTUVWXYZ'', ''12345678123457923456789'')', v), '{8,7,6,5,4,3,2,10,0,9,8,7,6,5,4,3,2}'));
    end if;
  -- Technology. Semantic versions: semver.org 2.0.0. Phone numbers: ITU-T E.164. IMEI: 3GPP TS 23.003, Luhn.
  when 'semver' then shape := '^(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)(-(0|[1-9][0-9]*|[0-9]*[A-Za-z-][0-9A-Za-z-]*)(\.(0|[1-9][0-9]*|[0-9]*[A-Za-z-][0-9A-Za-z-]*))*)?(\+[0-9A-Za-z-]+(\.[0-9A-Za-z-]+)*)?$';
  when 'ipv4' then shape := '^((25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])\.){3}(25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])$';
  when 'ipv6' then return format('%1$s <> '''' and not (position('':'' in %1$s) > 0 and position(''/'' in %1$s) = 0 and pg_input_is_valid(%1$s, ''inet''))', v);
  when 'ip' then return format('%1$s <> '''' and not (position(''/'' in %1$s) = 0 and %1$s ~ ''^([0-9]+\.[0-9]+\.[0-9]+\.[0-9]+|.*:.*)$'' and pg_input_is_valid(%1$s, ''inet''))', v);
  when 'mac' then return format('%1$s <> '''' and not pg_input_is_valid(%1$s, ''macaddr'')', v);
  when 'uuid' then return format('%1$s <> '''' and not pg_input_is_valid(%1$s, ''uuid'')', v);
  when 'url' then shape := '^https?://[^[:space:]/?#]+([/?#][^[:space:]]*)?$';
  when 'imei' then shape := '^[0-9]{15}$'; sum_fails := quality.luhn_fails(v, 15);
  when 'sha256' then shape := '^[0-9a-fA-F]{64}$';
  -- People and places. E-mail: the shape of RFC 5321, 4.1.2, without quoted names. Codes: ISO 3166-1, ISO 639-1.
  when 'email' then shape := '^[^@[:space:]"(),:;<>\[\]\\]{1,64}@([A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?\.)+[A-Za-z]{2,63}$';
    sum_fails := format('length(%1$s) > 254 or position(''..'' in %1$s) > 0 or starts_with(%1$s, ''.'') or position(''.@'' in %1$s) > 0', v);
  when 'phone' then shape := '^\+[1-9][0-9]{6,14}$';
  when 'country2', 'country3', 'language' then return format('%1$s <> '''' and %1$s <> all (%2$L::text[])', v, quality.code_list(p_format));
  else return null;
  end case;
  if sum_fails is null then
    return format('%1$s <> '''' and %1$s !~ %2$L', v, shape);
  end if;
  return format('case when %1$s <> '''' then case when %1$s ~ %2$L then %3$s else true end else false end', v, shape, sum_fails);
end
$$;
comment on function quality.format_fails(text, text) is 'SQL: a text is not of a known format; null for an unknown format. Internal.';
