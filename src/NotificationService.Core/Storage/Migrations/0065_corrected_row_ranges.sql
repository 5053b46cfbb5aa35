-- Whether a row range's rows came again, corrected: only then is it looked up which errors they settle. Of what was staged before this nobody knows.
alter table bulk_row_ranges add column corrects boolean not null default true;
