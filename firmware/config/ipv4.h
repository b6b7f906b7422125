/*
 * IPv4 addresses as people write them. Any thread.
 */
#ifndef BELFRY_CONFIG_IPV4_H
#define BELFRY_CONFIG_IPV4_H

#include <stdbool.h>
#include <stdint.h>

/* "192.0.2.1", to host order. False: anything else. */
bool ipv4_parse(const char *text, uint32_t *address);

/*
 * "192.0.2.10/24", a prefix length from 1 to 30: address and mask in host order. False: anything else, also the address
 * of the network itself and that of all in it.
 */
bool ipv4_parse_subnet(const char *text, uint32_t *address, uint32_t *mask);

#endif
