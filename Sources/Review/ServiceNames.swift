// SPDX-License-Identifier: GPL-3.0-or-later

/// What usually listens at the ports that are scanned most.
///
/// Source: IANA Service Name and Transport Protocol Port Number Registry; names of its own where a
/// program took a port without asking (6379, 27017, 11211, 5555, 8728).
enum ServiceNames {
    /// The service of `tcp/22`; nil for all others.
    static func name(of port: String) -> String? { names[port] }

    private static let names: [String: String] = {
        let both = [
            "53": "domain", "111": "sunrpc", "123": "ntp", "161": "snmp", "389": "ldap",
            "500": "isakmp", "1194": "openvpn", "1900": "ssdp", "3478": "stun", "5060": "sip",
            "5353": "mdns", "11211": "memcached",
        ]
        let tcp = [
            "20": "ftp-data", "21": "ftp", "22": "ssh", "23": "telnet", "25": "smtp",
            "79": "finger", "80": "http", "88": "kerberos", "102": "iso-tsap", "110": "pop3",
            "113": "ident", "119": "nntp", "135": "epmap", "139": "netbios-ssn", "143": "imap",
            "179": "bgp", "443": "https", "445": "microsoft-ds", "465": "submissions",
            "502": "mbap", "514": "shell", "515": "printer", "548": "afpovertcp", "554": "rtsp",
            "587": "submission", "631": "ipp", "636": "ldaps", "873": "rsync", "990": "ftps",
            "993": "imaps", "995": "pop3s", "1080": "socks", "1433": "ms-sql-s",
            "1521": "oracle", "1723": "pptp", "1883": "mqtt", "2049": "nfs", "2222": "ssh-alt",
            "2323": "telnet-alt", "2375": "docker", "2376": "docker-s", "3128": "http-proxy",
            "3306": "mysql", "3389": "ms-wbt-server", "4786": "smart-install",
            "5432": "postgresql", "5555": "adb", "5900": "rfb", "5985": "wsman",
            "6379": "redis", "6443": "kubernetes", "6667": "ircu", "7547": "cwmp",
            "8000": "http-alt", "8080": "http-alt", "8081": "http-alt", "8443": "https-alt",
            "8728": "routeros", "8883": "secure-mqtt", "8888": "http-alt", "9000": "http-alt",
            "9100": "pdl-datastream", "9200": "elasticsearch", "10250": "kubelet",
            "27017": "mongodb", "37777": "dvr", "47808": "bacnet",
        ]
        let udp = [
            "19": "chargen", "67": "bootps", "68": "bootpc", "69": "tftp", "137": "netbios-ns",
            "138": "netbios-dgm", "177": "xdmcp", "443": "https", "514": "syslog",
            "520": "router", "623": "asf-rmcp", "1434": "ms-sql-m", "1701": "l2tp",
            "3702": "ws-discovery", "4500": "ipsec-nat-t", "5683": "coap", "10001": "ubnt",
            "17185": "wdbrpc", "47808": "bacnet", "51820": "wireguard",
        ]
        var names: [String: String] = [:]
        for (port, name) in both {
            names["tcp/\(port)"] = name
            names["udp/\(port)"] = name
        }
        for (port, name) in tcp { names["tcp/\(port)"] = name }
        for (port, name) in udp { names["udp/\(port)"] = name }
        return names
    }()
}
