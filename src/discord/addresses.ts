import { BlockList, isIP } from 'node:net';

/** All of IPv4 that is not the open internet: IANA's special-purpose registry, multicast and what is reserved. */
const specialV4: [string, number][] = [
	['0.0.0.0', 8], // this network
	['10.0.0.0', 8], // private
	['100.64.0.0', 10], // shared by carriers
	['127.0.0.0', 8], // loopback
	['169.254.0.0', 16], // link-local, where clouds keep their metadata
	['172.16.0.0', 12], // private
	['192.0.0.0', 24], // protocol assignments
	['192.0.2.0', 24], // documentation
	['192.31.196.0', 24], // AS112
	['192.52.193.0', 24], // multicast tunnels
	['192.88.99.0', 24], // 6to4 relays
	['192.168.0.0', 16], // private
	['192.175.48.0', 24], // AS112
	['198.18.0.0', 15], // benchmarks
	['198.51.100.0', 24], // documentation
	['203.0.113.0', 24], // documentation
	['224.0.0.0', 4], // multicast
	['240.0.0.0', 4], // reserved, and broadcast
];

/** Of IPv6 only global unicast (2000::/3) is open, less these. What wraps an IPv4 address is never needed to reach Discord. */
const specialV6: [string, number][] = [
	['2001::', 23], // protocol assignments, Teredo among them
	['2001:db8::', 32], // documentation
	['2002::', 16], // 6to4
	['2620:4f:8000::', 48], // AS112
	['3fff::', 20], // documentation
];

const closedV4 = new BlockList();
for (const [net, bits] of specialV4) closedV4.addSubnet(net, bits, 'ipv4');
const globalV6 = new BlockList();
globalV6.addSubnet('2000::', 3, 'ipv6');
const closedV6 = new BlockList();
for (const [net, bits] of specialV6) closedV6.addSubnet(net, bits, 'ipv6');

/**
 * Answers whether an address is one of the open internet, so that nothing inside our own network can be behind it. IPv6 addresses
 * that carry an IPv4 address (mapped, NAT64, 6to4, Teredo) are not, nor is what is no address.
 *
 * @see https://www.iana.org/assignments/iana-ipv4-special-registry, https://www.iana.org/assignments/iana-ipv6-special-registry
 */
export function isOpenAddress(address: string): boolean {
	switch (isIP(address)) {
		case 4:
			return !closedV4.check(address, 'ipv4');
		case 6:
			// A zone (`fe80::1%eth0`) is a matter of our own network.
			return !address.includes('%') && globalV6.check(address, 'ipv6') && !closedV6.check(address, 'ipv6');
		default:
			return false;
	}
}
