import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.opensearch.analysis.common.CommonAnalysisPlugin;
import org.opensearch.common.logging.LogConfigurator;
import org.opensearch.common.settings.Settings;
import org.opensearch.env.Environment;
import org.opensearch.node.InternalSettingsPreparer;
import org.opensearch.node.Node;
import org.opensearch.painless.PainlessPlugin;
import org.opensearch.plugins.Plugin;
import org.opensearch.transport.Netty4Plugin;

/** One OpenSearch node, for tests. Arguments: its home folder, then settings as name=value. It ends when its standard input does. */
public final class OpenSearchNode {
    /** Node's constructor that takes plugins from the class path is protected. */
    private static final class NodeWithPlugins extends Node {
        NodeWithPlugins(Environment environment, List<Class<? extends Plugin>> plugins) {
            super(environment, plugins, true);
        }
    }

    public static void main(String[] arguments) throws Exception {
        System.setProperty("opensearch.set.netty.runtime.available.processors", "false");
        Settings.Builder settings = Settings.builder().put("path.home", Path.of(arguments[0]).toString());
        for (int i = 1; i < arguments.length; i++) {
            String[] pair = arguments[i].split("=", 2);
            settings.put(pair[0], pair[1]);
        }
        Environment environment = InternalSettingsPreparer.prepareEnvironment(settings.build(), Map.of(), null, () -> "node");
        LogConfigurator.configure(environment);
        Node node = new NodeWithPlugins(environment, List.of(Netty4Plugin.class, CommonAnalysisPlugin.class, PainlessPlugin.class));
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            try {
                node.close();
            } catch (Exception ignored) {
                // the process ends anyway
            }
        }));
        node.start();
        while (System.in.read() >= 0) {
            // whoever started this is still there
        }
        System.exit(0);
    }
}
