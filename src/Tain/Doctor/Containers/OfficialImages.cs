namespace Tain.Doctor.Containers;

/// <summary>Docker Hub's official images, by their last names (github.com/docker-library/official-images, <c>library/</c>).</summary>
internal static class OfficialImages
{
    /// <summary>Programs, in a version of their own on some base system. Without those whose version is the base system's: buildpack-deps, or a distribution.</summary>
    public static HashSet<string> Programs { get; } = new(StringComparer.Ordinal)
    {
        "adminer", "amazoncorretto", "arangodb", "bash", "caddy", "cassandra", "chronograf", "clojure", "composer", "consul", "couchbase", "couchdb", "crate", "dart", "docker", "drupal", "eclipse-mosquitto", "eclipse-temurin", "elasticsearch",
        "elixir", "erlang", "flink", "fluentd", "gcc", "ghost", "golang", "gradle", "groovy", "haproxy", "haskell", "httpd", "ibmjava", "influxdb", "irssi", "jenkins", "jetty", "joomla", "jruby", "julia", "kapacitor", "kibana", "kong", "liquibase", "logstash",
        "mariadb", "matomo", "maven", "mediawiki", "memcached", "mongo", "mongo-express", "mysql", "nats", "neo4j", "nextcloud", "nginx", "node", "odoo", "openjdk", "percona", "perl", "php", "phpmyadmin", "postgres", "pypy", "python", "rabbitmq", "redis",
        "redmine", "registry", "rethinkdb", "rocket.chat", "ruby", "rust", "solr", "sonarqube", "spark", "storm", "swift", "telegraf", "tomcat", "tomee", "traefik", "unit", "valkey", "varnish", "vault", "wordpress", "xwiki", "yourls", "zookeeper",
    };

    /// <summary>Base systems, which say their own version.</summary>
    private static readonly HashSet<string> Systems = new(StringComparer.Ordinal) { "alpine", "almalinux", "amazonlinux", "archlinux", "buildpack-deps", "busybox", "centos", "clearlinux", "debian", "fedora", "hello-world", "opensuse", "oraclelinux", "photon", "rockylinux", "ubuntu" };

    /// <summary>Whether a name without a host and a folder is Docker Hub's, rather than one that something on the machine was given.</summary>
    public static bool Has(ImageReference image) => image.Name == $"{ImageReference.DockerHub}/library/{image.Last}" && (Programs.Contains(image.Last) || Systems.Contains(image.Last));
}
