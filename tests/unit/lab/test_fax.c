/* A page from one fax machine of the lab to another over a trunk call. */
#include "pair.h"

#define WIDTH 1728
#define ROWS  200

static void put(uint8_t **at, unsigned value, unsigned bytes)
{
	for (unsigned i = 0; i < bytes; i++)
		*(*at)++ = (uint8_t)(value >> (8 * i));
}

static void put_tag(uint8_t **at, unsigned tag, unsigned type, unsigned value)
{
	put(at, tag, 2);
	put(at, type, 2);
	put(at, 1, 4);
	put(at, value, 4);
}

/* One uncompressed page with stripes, at the fine resolution. */
static void write_page(const char *path)
{
	static uint8_t file[8 + 2 + 12 * 12 + 4 + 16 + WIDTH / 8 * ROWS];
	const unsigned tags = 12, rational = 8 + 2 + tags * 12 + 4, data = rational + 16;
	uint8_t *at = file;
	put(&at, 0x4949, 2);
	put(&at, 42, 2);
	put(&at, 8, 4);
	put(&at, tags, 2);
	put_tag(&at, 256, 4, WIDTH);
	put_tag(&at, 257, 4, ROWS);
	put_tag(&at, 258, 3, 1);
	put_tag(&at, 259, 3, 1);
	put_tag(&at, 262, 3, 0);
	put_tag(&at, 273, 4, data);
	put_tag(&at, 277, 3, 1);
	put_tag(&at, 278, 4, ROWS);
	put_tag(&at, 279, 4, WIDTH / 8 * ROWS);
	put_tag(&at, 282, 5, rational);
	put_tag(&at, 283, 5, rational + 8);
	put_tag(&at, 296, 3, 2);
	put(&at, 0, 4);
	put(&at, 204, 4);
	put(&at, 1, 4);
	put(&at, 196, 4);
	put(&at, 1, 4);
	for (unsigned row = 0; row < ROWS; row++)
		for (unsigned i = 0; i < WIDTH / 8; i++)
			*at++ = row % 20 < 3 ? 0xff : i % 40 ? 0 : 0x3c;
	FILE *out = fopen(path, "wb");
	assert_non_null(out);
	assert_int_equal(fwrite(file, (size_t)(at - file), 1, out), 1);
	fclose(out);
}

static void a_page_arrives(void **state)
{
	char sent[80], got[80], error[LAB_TEXT] = "";
	struct lab_fax_facts facts;
	struct lab_call *out, *in;
	struct exchange *network = pair_exchange("faxnet", NULL), *user = pair_exchange("faxcpe", NULL);
	snprintf(sent, sizeof(sent), "/tmp/belfry-lab-test-%d-out.tif", (int)getpid());
	snprintf(got, sizeof(got), "/tmp/belfry-lab-test-%d-in.tif", (int)getpid());
	write_page(sent);
	struct lab_call_request request = pair_request(1, "1", "2");
	pair_call(network, user, &request, &out, &in);
	assert_int_not_equal(party_fax_send(call_party(out), "/nowhere.tif", true, error, sizeof(error)), 0);
	assert_int_equal(party_fax(call_party(out), NULL), LAB_FAX_NONE);
	assert_int_equal(party_fax_send(call_party(out), sent, true, error, sizeof(error)), 0);
	assert_int_equal(party_fax_receive(call_party(in), got, false, error, sizeof(error)), 0);
	for (int i = 0; i < 120 && party_fax(call_party(out), NULL) == LAB_FAX_RUNNING; i++)
		pair_run(network, user, 1);
	assert_int_equal(party_fax(call_party(out), &facts), LAB_FAX_DONE);
	assert_int_equal(facts.pages, 1);
	assert_int_equal(party_fax(call_party(in), &facts), LAB_FAX_DONE);
	assert_int_equal(facts.pages, 1);
	assert_int_equal(facts.bit_rate, 14400);
	assert_true(facts.ecm);
	FILE *file = fopen(got, "rb");
	assert_non_null(file);
	fclose(file);
	exchange_free(network);
	exchange_free(user);
	unlink(sent);
	unlink(got);
}

static void a_fax_to_a_person_fails(void **state)
{
	char sent[80], error[LAB_TEXT] = "";
	struct lab_fax_facts facts;
	struct lab_call *out, *in;
	struct exchange *network = pair_exchange("faxnet", NULL), *user = pair_exchange("faxcpe", NULL);
	snprintf(sent, sizeof(sent), "/tmp/belfry-lab-test-%d-out.tif", (int)getpid());
	write_page(sent);
	struct lab_call_request request = pair_request(1, "1", "2");
	pair_call(network, user, &request, &out, &in);
	assert_int_equal(party_fax_send(call_party(out), sent, true, error, sizeof(error)), 0);
	pair_run(network, user, 5);
	assert_true(party_tone_level(call_party(in), 1100, 0) > -20); /* CNG */
	pair_run(network, user, 90);
	assert_int_equal(party_fax(call_party(out), &facts), LAB_FAX_FAILED);
	assert_true(strlen(facts.result) > 5);
	exchange_free(network);
	exchange_free(user);
	unlink(sent);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_page_arrives),
	    cmocka_unit_test(a_fax_to_a_person_fails),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
